// SPDX-License-Identifier: Apache-2.0
#include "socket_operations.hpp"

#include <poll.h>

#include "socket_error.hpp"
#include "weir/socket_calls.hpp"

namespace weir::detail {
namespace {

std::string sentence(std::string_view purpose, const socket_address& address) {
  return std::string(purpose) + " " + address.text();
}

}  // namespace

socket_address address_to_bind(std::string_view ip, std::uint16_t port, std::string_view purpose) {
  if (const auto address = socket_address::of_ip(ip, port)) return *address;
  throw error(errc::invalid_argument, disposition::permanent,
              std::string(purpose) + " '" + std::string(ip) +
                  "': not an address in numbers, such as 127.0.0.1 or ::");
}

file_descriptor open_socket(const socket_address& address, int type, std::string_view purpose) {
  const int made = current_socket_calls().open_socket(address.family(), type);
  if (made < 0) throw socket_error(-made, sentence(purpose, address) + ": open a socket");
  return file_descriptor(made);
}

std::array<file_descriptor, 2> open_pair(int type) {
  std::array<int, 2> ends{};
  const int status = current_socket_calls().open_pair(type, ends);
  if (status < 0) throw socket_error(-status, "make a pair of Unix sockets");
  return {file_descriptor(ends[0]), file_descriptor(ends[1])};
}

void bind_socket(const file_descriptor& socket, const socket_address& address,
                 std::string_view purpose) {
  const int status = current_socket_calls().bind_socket(socket.get(), address);
  if (status < 0) throw socket_error(-status, sentence(purpose, address));
}

void listen_on(const file_descriptor& socket, const socket_address& address, int backlog) {
  const int status = current_socket_calls().listen_on(socket.get(), backlog);
  if (status < 0) throw socket_error(-status, sentence("listen on", address));
}

task<file_descriptor> connect_socket(file_descriptor socket, socket_address address) {
  plain_operation connecting({.kind = io_kind::connect,
                              .descriptor = socket.get(),
                              .address_size = address.size(),
                              .address = address.data()});
  const int status = co_await connecting;
  if (status < 0) throw socket_error(-status, sentence("connect to", address));
  co_return std::move(socket);
}

task<int> send_datagram(int socket, msghdr& header) {
  const auto* receiver = static_cast<const sockaddr*>(header.msg_name);
  const bool tells_of_room = receiver == nullptr || receiver->sa_family != AF_UNIX;
  // The wait is ours. Left to io_uring (seen on 6.18), a Unix datagram for which the receiver had
  // no room is sent without its bytes: the first attempt has used them up.
  header.msg_flags = MSG_DONTWAIT;
  for (;;) {
    plain_operation sending({.kind = io_kind::send_message, .descriptor = socket, .data = &header});
    const int count = co_await sending;
    if (count != -EAGAIN || !tells_of_room) co_return count;
    plain_operation waiting({.kind = io_kind::poll, .descriptor = socket, .events = POLLOUT});
    const int events = co_await waiting;
    if (events < 0) co_return events;
  }
}

file_descriptor accepted_on(const socket_address& listener, int accepted) {
  if (accepted < 0) throw socket_error(-accepted, sentence("accept a connection on", listener));
  return file_descriptor(accepted);
}

socket_address local_address_of(const file_descriptor& socket) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  const int status = current_socket_calls().local_address(socket.get(), storage, size);
  if (status < 0) throw socket_error(-status, "ask for the address of a socket");
  return {reinterpret_cast<const sockaddr*>(&storage), size};
}

}  // namespace weir::detail
