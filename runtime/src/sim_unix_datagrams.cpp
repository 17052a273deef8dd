// SPDX-License-Identifier: Apache-2.0
// How Unix datagrams of a simulation go: at once, or not before there is room. See
// sim_datagrams.hpp.
#include "sim_datagrams.hpp"
#include "sim_message.hpp"

namespace weir::detail {

/// The socket at `path` that takes what `sender` sends, or why there is none.
int sim_datagrams::number_at(const sim_datagram_socket& sender, const socket_address& path) {
  const int number = world_.addresses.find(SOCK_DGRAM, path, 0);
  if (number < 0) return number;
  const sim_datagram_socket* receiver = find(number);
  if (receiver == nullptr) return -EPROTOTYPE;
  const bool is_open = receiver->peer < 0 || receiver->peer == sender.number;
  return is_open ? number : -EPERM;
}

int sim_datagrams::connect_path(sim_datagram_socket& socket, const socket_address& path) {
  const int number = number_at(socket, path);
  if (number < 0) return number;
  socket.peer = number;
  socket.remote = path;
  return 0;
}

int sim_datagrams::send_to_path(sim_datagram_socket& socket, const msghdr& header) {
  int number = socket.peer;
  if (header.msg_name != nullptr) {
    const auto* name = static_cast<const sockaddr*>(header.msg_name);
    if (name->sa_family != AF_UNIX) return -EINVAL;
    number = number_at(socket, {name, header.msg_namelen});
    if (number < 0) return number;
  }
  if (number < 0) return -ENOTCONN;
  const std::size_t size = size_of(header);
  if (size > sim_buffer_bytes) return -EMSGSIZE;
  sim_datagram_socket* receiver = find(number);
  if (receiver == nullptr) {
    socket.peer = -1;
    socket.remote.reset();
    return -ECONNREFUSED;
  }
  if (!has_room(socket, *receiver)) return not_now;
  put(*receiver, {.bytes = gather(header, size), .sender = socket.local});
  return static_cast<int>(size);
}

/// False where the receiver is full; then `sender` is touched when it is not any more.
bool sim_datagrams::has_room(const sim_datagram_socket& sender, sim_datagram_socket& receiver) {
  if (!receiver.is_full()) return true;
  auto& senders = receiver.senders;
  if (std::find(senders.begin(), senders.end(), sender.number) == senders.end()) {
    senders.push_back(sender.number);
  }
  return false;
}

}  // namespace weir::detail
