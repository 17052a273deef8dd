// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server_line.hpp"
#include "transport.hpp"

namespace weir::nats::detail {

/// Introduces the client to the server and the server to the client: INFO, CONNECT, PING, PONG.
///
/// Weir does this itself because the client library tells neither the server's version nor its
/// name, and knows fewer ways to log in. Nothing behind the PONG is taken from the line. Throws
/// `unavailable` (retry) with the server's own words where it refuses.
task<server_info> shake_hands(server_line& line, const server_address& server,
                              const connection_options& options);

}  // namespace weir::nats::detail
