// SPDX-License-Identifier: Apache-2.0
#include "sim_datagrams.hpp"

#include <poll.h>
#include <sys/uio.h>

#include <cstring>

#include "sim_message.hpp"

namespace weir::detail {

int sim_datagrams::open_pair(std::array<int, 2>& ends) {
  sim_datagram_socket& one = make(AF_UNIX);
  sim_datagram_socket& other = make(AF_UNIX);
  one.peer = other.number;
  other.peer = one.number;
  ends = {one.number, other.number};
  return 0;
}

int sim_datagrams::bind(int number, const socket_address& address) {
  sim_datagram_socket& socket = at(number);
  if (socket.bound) return -EINVAL;
  const bool shares_port =
      socket.has_option(SOL_SOCKET, SO_REUSEPORT) || socket.has_option(SOL_SOCKET, SO_REUSEADDR);
  return claim(socket, address, shares_port);
}

int sim_datagrams::remote(int number, sockaddr_storage& address, socklen_t& size) {
  const sim_datagram_socket& socket = at(number);
  if (!socket.remote && socket.peer < 0) return -ENOTCONN;
  put_name(socket.remote, socket.family, address, size);
  return 0;
}

void sim_datagrams::close(int number) {
  sim_datagram_socket& socket = at(number);
  leave(socket);
  const std::deque<int> senders = std::move(socket.senders);
  sockets_.erase(number);
  for (const int waiting : senders) {
    if (sim_datagram_socket* sender = find(waiting)) touch(*sender);
  }
  settle();
}

int sim_datagrams::attempt(sim_datagram_socket& socket, const io_request& request) {
  iovec piece{.iov_base = request.data, .iov_len = request.size};
  msghdr plain{};
  plain.msg_iov = &piece;
  plain.msg_iovlen = 1;
  switch (request.kind) {
    case io_kind::poll: {
      const int came = readiness(socket) & (request.events | POLLERR | POLLHUP);
      return came != 0 ? came : not_now;
    }
    case io_kind::connect: {
      const socket_address peer(request.address, request.address_size);
      if (peer.family() != socket.family) return -EAFNOSUPPORT;
      return socket.family == AF_UNIX ? connect_path(socket, peer) : connect_host(socket, peer);
    }
    case io_kind::receive:
      return receive(socket, plain);
    case io_kind::receive_message:
      return receive(socket, *static_cast<msghdr*>(request.data));
    case io_kind::send:
      return send(socket, plain);
    case io_kind::send_message:
      return send(socket, *static_cast<const msghdr*>(request.data));
    default:
      return -EOPNOTSUPP;
  }
}

int sim_datagrams::send(sim_datagram_socket& socket, const msghdr& header) {
  if (header.msg_controllen != 0) return -EOPNOTSUPP;
  const int count =
      socket.family == AF_UNIX ? send_to_path(socket, header) : send_to_host(socket, header);
  return count == not_now && (header.msg_flags & MSG_DONTWAIT) != 0 ? -EAGAIN : count;
}

int sim_datagrams::receive(sim_datagram_socket& socket, msghdr& header) {
  if (socket.failure != 0) return -std::exchange(socket.failure, 0);
  if (socket.received.empty()) return not_now;
  const sim_datagram came = std::move(socket.received.front());
  socket.received.pop_front();
  socket.received_bytes -= came.bytes.size();
  const std::size_t count = scatter(came.bytes, header);
  const socklen_t name_room = std::exchange(header.msg_namelen, 0);
  if (header.msg_name != nullptr && came.sender) {
    std::memcpy(header.msg_name, came.sender->data(), std::min(name_room, came.sender->size()));
    header.msg_namelen = came.sender->size();
  }
  header.msg_controllen = 0;
  header.msg_flags = count < came.bytes.size() ? MSG_TRUNC : 0;
  for (const int waiting : std::exchange(socket.senders, {})) {
    if (sim_datagram_socket* sender = find(waiting)) touch(*sender);
  }
  return static_cast<int>(count);
}

/// The events of poll(2). That the receiver is closed learns who sends, not who waits for room.
int sim_datagrams::readiness(sim_datagram_socket& socket) {
  if (socket.failure != 0) return POLLERR | POLLIN | POLLOUT;
  sim_datagram_socket* peer = find(socket.peer);
  const int readable = socket.received.empty() ? 0 : POLLIN;
  return peer == nullptr || has_room(socket, *peer) ? readable | POLLOUT : readable;
}

void sim_datagrams::put(sim_datagram_socket& receiver, sim_datagram came) {
  receiver.received_bytes += came.bytes.size();
  receiver.received.push_back(std::move(came));
  touch(receiver);
}

}  // namespace weir::detail
