// SPDX-License-Identifier: Apache-2.0
#include "weir/tcp.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include "socket_operations.hpp"
#include "weir/resolve.hpp"

namespace weir {
namespace {

using name_function = int (socket_calls::*)(int, sockaddr_storage&, socklen_t&) noexcept;

/// What getsockname or getpeername says.
result<socket_address> name_of(name_function ask, const file_descriptor& socket) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  const int status = (detail::current_socket_calls().*ask)(socket.get(), storage, size);
  if (status < 0) return error::from_errno(-status, "ask for the address of a socket");
  return socket_address(reinterpret_cast<const sockaddr*>(&storage), size);
}

}  // namespace

task<tcp_stream> tcp_stream::connect(std::string host, std::uint16_t port) {
  const std::vector<socket_address> addresses = co_await resolve(std::move(host), port);
  for (std::size_t index = 0;; ++index) {
    auto connected = co_await connect(addresses[index]).as_result();
    if (connected.has_value()) co_return std::move(*connected);
    if (index + 1 == addresses.size() || connected.error().is_cancelled()) {
      throw connected.error();
    }
  }
}

task<tcp_stream> tcp_stream::connect(socket_address address) {
  file_descriptor socket = co_await detail::connect_to(address);
  co_return tcp_stream(std::move(socket), address.text());
}

void tcp_stream::set_nodelay(bool on) {
  socket_calls& calls = detail::current_socket_calls();
  const int status = calls.set_option(descriptor(), IPPROTO_TCP, TCP_NODELAY, on ? 1 : 0);
  if (status < 0) {
    throw error::from_errno(-status, "set TCP_NODELAY of the connection to " + peer());
  }
}

tcp_listener tcp_listener::bind(std::string_view ip, std::uint16_t port) {
  const auto wanted = socket_address::of_ip(ip, port);
  if (!wanted) {
    throw error(
        errc::invalid_argument, disposition::permanent,
        "listen on '" + std::string(ip) + "': not an address in numbers, such as 127.0.0.1 or ::");
  }
  file_descriptor socket = detail::listen_on(*wanted);
  const socket_address bound = name_of(&socket_calls::local_address, socket).value();
  return {std::move(socket), bound};
}

task<tcp_stream> tcp_listener::accept() {
  file_descriptor socket = co_await detail::accept_from(socket_.get(), address_.text());
  // A peer that is gone already has no name; the first read will tell.
  const auto peer = name_of(&socket_calls::peer_address, socket);
  std::string name = peer.has_value() ? peer->text() : "a peer that is gone";
  co_return tcp_stream(std::move(socket), std::move(name));
}

}  // namespace weir
