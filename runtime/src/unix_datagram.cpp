// SPDX-License-Identifier: Apache-2.0
#include "weir/unix_datagram.hpp"

#include "socket_operations.hpp"

namespace weir {

unix_datagram_socket unix_datagram_socket::bind(std::string_view path) {
  const socket_address address = socket_address::of_path(path);
  file_descriptor made = detail::open_socket(address, SOCK_DGRAM, "bind to");
  detail::bind_socket(made, address, "bind to");
  unix_datagram_socket bound(std::move(made), address, "");
  bound.path_ = detail::bound_path(address);
  return bound;
}

task<unix_datagram_socket> unix_datagram_socket::connect(std::string path) {
  const socket_address peer = socket_address::of_path(path);
  file_descriptor made = detail::open_socket(peer, SOCK_DGRAM, "connect to");
  auto connecting = detail::connect_socket(std::move(made), peer);
  file_descriptor connected = co_await std::move(connecting);
  const socket_address local = detail::local_address_of(connected);
  co_return unix_datagram_socket(std::move(connected), local, peer.text());
}

std::array<unix_datagram_socket, 2> unix_datagram_socket::pair() {
  std::array<file_descriptor, 2> ends = detail::open_pair(SOCK_DGRAM);
  const socket_address unnamed = detail::local_address_of(ends[0]);
  return {unix_datagram_socket(std::move(ends[0]), unnamed, "the other end of a pair"),
          unix_datagram_socket(std::move(ends[1]), unnamed, "the other end of a pair")};
}

}  // namespace weir
