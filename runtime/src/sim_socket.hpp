// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "weir/driver.hpp"
#include "weir/socket_address.hpp"

namespace weir::detail {

/// What every simulated socket has.
struct sim_socket {
  int number = -1;
  int family = AF_UNSPEC;
  std::optional<socket_address> bound;  // In the address book.
  std::optional<socket_address> local;
  std::optional<socket_address> remote;
  std::string host;  // Of the addresses, for the wire.
  std::string remote_host;
  std::map<std::pair<int, int>, int> options;
  int failure = 0;  // What the next operation fails with.

  std::vector<io_work*> waiting;  // In the order of their start.
  bool is_touched = false;        // Those that wait have to be tried again.

  bool has_option(int level, int option) const {
    const auto found = options.find({level, option});
    return found != options.end() && found->second != 0;
  }
};

/// The name of a socket, or how one without calls itself.
void put_name(const std::optional<socket_address>& name, int family, sockaddr_storage& address,
              socklen_t& size) noexcept;

}  // namespace weir::detail
