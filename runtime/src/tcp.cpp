// SPDX-License-Identifier: Apache-2.0
#include "weir/tcp.hpp"

#include <netinet/in.h>

#include "connect_race.hpp"
#include "socket_error.hpp"
#include "socket_operations.hpp"
#include "socket_options.hpp"
#include "weir/resolve.hpp"

namespace weir {
namespace {

/// What errors call the peer of an accepted connection.
std::string name_of_peer(const file_descriptor& socket) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  const int status = detail::current_socket_calls().peer_address(socket.get(), storage, size);
  if (status < 0) return "a peer that is gone";  // The first read will tell more.
  return socket_address(reinterpret_cast<const sockaddr*>(&storage), size).text();
}

}  // namespace

task<tcp_stream> tcp_stream::connect(std::string host, std::uint16_t port, tcp_options options) {
  std::vector<socket_address> addresses = co_await resolve(std::move(host), port);
  auto connecting = connect(std::move(addresses), options);
  co_return co_await std::move(connecting);
}

task<tcp_stream> tcp_stream::connect(std::vector<socket_address> addresses, tcp_options options) {
  WEIR_ASSERT(!addresses.empty());
  if (addresses.size() == 1) return connect(addresses.front(), options);
  return detail::connect_to_first(std::move(addresses), options);
}

task<tcp_stream> tcp_stream::connect(socket_address address, tcp_options options) {
  file_descriptor made = detail::open_socket(address, SOCK_STREAM, "connect to");
  const std::string peer = address.text();
  detail::set_options(made.get(), options, "the connection to " + peer);
  auto connecting = detail::connect_socket(std::move(made), address);
  file_descriptor connected = co_await std::move(connecting);
  // Where nobody listens on a port of the range that the kernel gives to clients, it can give that
  // very port to the client, which is then connected to itself.
  if (detail::local_address_of(connected) == address) {
    throw detail::socket_error(ECONNREFUSED, "connect to " + peer);
  }
  co_return tcp_stream(std::move(connected), peer);
}

void tcp_stream::set_options(const tcp_options& options) {
  detail::set_options(descriptor(), options, "the connection to " + peer());
}

tcp_options tcp_stream::options() const {
  return detail::get_options(descriptor(), "the connection to " + peer());
}

void tcp_stream::reset() noexcept {
  // Closing a socket that lingers for no time resets the connection.
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  const auto value = std::as_bytes(std::span(&at_once, 1));
  detail::current_socket_calls().set_structure(descriptor(), SOL_SOCKET, SO_LINGER, value);
  close();
}

tcp_listener tcp_listener::bind(std::string_view ip, std::uint16_t port,
                                const tcp_listen_options& options) {
  const socket_address wanted = detail::address_to_bind(ip, port, "listen on");
  file_descriptor socket = detail::open_socket(wanted, SOCK_STREAM, "listen on");
  const std::string owner = "the listener on " + wanted.text();
  // Without it a restarted server finds its port taken for a minute by connections long closed.
  detail::set_option(socket.get(), detail::reuse_address, 1, owner);
  if (options.reuse_port) detail::set_option(socket.get(), detail::reuse_port, 1, owner);
  if (wanted.family() == AF_INET6) {
    detail::set_option(socket.get(), detail::ipv6_only, options.ipv6_only ? 1 : 0, owner);
  }
  // Accepted connections inherit the options of the listener.
  detail::set_options(socket.get(), options.connections, owner);
  detail::bind_socket(socket, wanted, "listen on");
  detail::listen_on(socket, wanted, options.backlog);
  const socket_address bound = detail::local_address_of(socket);
  return {std::move(socket), bound};
}

task<tcp_stream> tcp_listener::accept() {
  file_descriptor socket = detail::accepted_on(address_, co_await acceptor_.accept());
  std::string name = name_of_peer(socket);
  co_return tcp_stream(std::move(socket), std::move(name));
}

}  // namespace weir
