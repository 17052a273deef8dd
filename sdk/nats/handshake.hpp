// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "server_link.hpp"
#include "transport.hpp"

namespace weir::nats::detail {

/// What client and server have said to each other before the first message.
struct introduction {
  server_info server;
  /// What has been read behind the PONG: the beginning of what comes next.
  std::string left_over;
  duration rtt{};  ///< from PING to PONG
  bool is_lame_duck = false;
};

/// Introduces the client to the server and the server to the client: INFO, CONNECT, PING, PONG.
/// Throws `unavailable` (retry) with the server's own words where it refuses.
///
/// Encrypts `link`, which is then another one, where either side wants that, before it says who the
/// client is.
task<introduction> shake_hands(std::unique_ptr<server_link>& link, const server_address& server,
                               const connection_options& options);

/// What an INFO line tells that comes later.
struct changed_info {
  bool is_lame_duck = false;                 ///< The server is about to end.
  std::vector<std::string> cluster_servers;  ///< Empty where the line names none.
};

/// Reads the JSON of such a line; nothing where it cannot be read.
std::optional<changed_info> parse_changed_info(std::string_view json);

}  // namespace weir::nats::detail
