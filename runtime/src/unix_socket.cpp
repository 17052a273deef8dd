// SPDX-License-Identifier: Apache-2.0
#include "weir/unix_socket.hpp"

#include "socket_operations.hpp"

namespace weir {

task<unix_stream> unix_stream::connect(std::string path) {
  const socket_address address = socket_address::of_path(path);
  file_descriptor made = detail::open_socket(address, SOCK_STREAM, "connect to");
  auto connecting = detail::connect_socket(std::move(made), address);
  file_descriptor connected = co_await std::move(connecting);
  co_return unix_stream(std::move(connected), address.text());
}

std::array<unix_stream, 2> unix_stream::pair() {
  std::array<file_descriptor, 2> ends = detail::open_pair(SOCK_STREAM);
  return {unix_stream(std::move(ends[0]), "the other end of a pair"),
          unix_stream(std::move(ends[1]), "the other end of a pair")};
}

unix_listener unix_listener::bind(std::string_view path, int backlog) {
  const socket_address address = socket_address::of_path(path);
  file_descriptor socket = detail::open_socket(address, SOCK_STREAM, "listen on");
  detail::bind_socket(socket, address, "listen on");
  unix_listener made(std::move(socket), address);  // From here the path is removed on failure.
  detail::listen_on(made.acceptor_.socket(), address, backlog);
  return made;
}

task<unix_stream> unix_listener::accept() {
  file_descriptor socket = detail::accepted_on(address(), co_await acceptor_.accept());
  co_return unix_stream(std::move(socket), "a client of " + address().text());
}

}  // namespace weir
