// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace weir::servers {

/// A TCP port of 127.0.0.1 on which nobody listens now, drawn at random from below the range that
/// the kernel gives to outgoing connections.
///
/// From below that range, because a server that is killed and restarted needs its port again: in
/// the range, any outgoing connection may take it meanwhile, and a client that retries may even
/// connect to itself. Someone may still take the port before the server binds it: the server then
/// says so, and the caller draws again. Throws server_error.
std::uint16_t free_loopback_port();

}  // namespace weir::servers
