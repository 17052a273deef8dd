// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>

#include "plain_operation.hpp"
#include "weir/file_descriptor.hpp"
#include "weir/loop.hpp"
#include "weir/socket_address.hpp"

namespace weir::detail {

/// The address of this machine that `ip` names in numbers; throws for anything else.
socket_address address_to_bind(std::string_view ip, std::uint16_t port, std::string_view purpose);

/// A new socket for `address`, of the type SOCK_STREAM or SOCK_DGRAM; `purpose` is for errors:
/// "connect to".
file_descriptor open_socket(const socket_address& address, int type, std::string_view purpose);

/// Two Unix sockets that are connected to each other.
std::array<file_descriptor, 2> open_pair(int type);

/// Gives the socket its own address.
void bind_socket(const file_descriptor& socket, const socket_address& address,
                 std::string_view purpose);

/// Lets a bound socket take connections.
void listen_on(const file_descriptor& socket, const socket_address& address, int backlog);

/// Connects the socket to `address` and gives it back.
task<file_descriptor> connect_socket(file_descriptor socket, socket_address address);

/// Sends a datagram, waiting while there is no room for it; gives its size or a negative errno.
///
/// To a Unix socket that is named in the header it does not wait: the kernel does not tell of room
/// there.
task<int> send_datagram(int socket, msghdr& header);

/// The connection that an accept gave; throws where it gave a negative errno.
file_descriptor accepted_on(const socket_address& listener, int accepted);

/// The address that the kernel gave a socket.
socket_address local_address_of(const file_descriptor& socket);

}  // namespace weir::detail
