// SPDX-License-Identifier: Apache-2.0
#include "sim_streams.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace weir::detail {

int sim_streams::open_pair(std::array<int, 2>& ends) {
  sim_stream_socket& one = make(AF_UNIX);
  sim_stream_socket& other = make(AF_UNIX);
  one.status = other.status = sim_status::connected;
  one.other_end = other.number;
  other.other_end = one.number;
  ends = {one.number, other.number};
  return 0;
}

int sim_streams::bind(int number, const socket_address& address) {
  sim_stream_socket& socket = at(number);
  if (socket.bound || socket.status != sim_status::idle) return -EINVAL;
  return claim(socket, address, socket.has_option(SOL_SOCKET, SO_REUSEPORT));
}

int sim_streams::listen(int number, int backlog) {
  sim_stream_socket& socket = at(number);
  if (socket.status != sim_status::idle || !socket.bound) return -EINVAL;
  socket.status = sim_status::listening;
  // As Linux counts: a backlog of none has room for one.
  socket.backlog = static_cast<std::size_t>(std::max(backlog, 0)) + 1;
  return 0;
}

int sim_streams::shut_down(int number, int direction) {
  sim_stream_socket& socket = at(number);
  if (socket.status != sim_status::connected) return -ENOTCONN;
  if (direction != SHUT_WR) {
    socket.read_shut = true;
    // A Unix socket tells at once that nobody will read; TCP never does.
    sim_stream_socket* other = find(socket.other_end);
    if (socket.family == AF_UNIX && other != nullptr) other->write_shut = true;
  }
  if (direction != SHUT_RD && !socket.write_shut) {
    socket.write_shut = true;
    if (!socket.broken) send_back(socket, sim_segment_kind::end);
  }
  touch(socket);
  settle();
  return 0;
}

int sim_streams::set_structure(int number, int level, int option,
                               std::span<const std::byte> value) {
  if (level != SOL_SOCKET || option != SO_LINGER) return 0;
  linger wanted{};
  if (value.size() != sizeof wanted) return -EINVAL;
  std::memcpy(&wanted, value.data(), sizeof wanted);
  at(number).resets_at_close = wanted.l_onoff != 0 && wanted.l_linger == 0;
  return 0;
}

int sim_streams::remote(int number, sockaddr_storage& address, socklen_t& size) {
  const sim_stream_socket& socket = at(number);
  if (socket.status != sim_status::connected || socket.broken) return -ENOTCONN;
  put_name(socket.remote, socket.family, address, size);
  return 0;
}

void sim_streams::close(int number) {
  sim_stream_socket& socket = at(number);
  leave(socket);
  arrive(number);  // What is there already, though no turn has ended since.
  if (socket.status == sim_status::listening) close_listener(socket);
  part(socket);
  // Who waits for room at the other end learns that there will be none.
  if (sim_stream_socket* other = find(socket.other_end)) touch(*other);
  sockets_.erase(number);
  settle();
}

void sim_streams::start(io_work& operation) {
  sim_stream_socket& socket = at(operation.request().descriptor);
  if (operation.request().kind == io_kind::connect) {
    const int status = begin_connect(socket, operation.request());
    if (status != 0) return complete(world_, operation, status);
  }
  sim_socket_table::start(operation);
}

void sim_streams::heal() {
  for (auto& [number, socket] : sockets_) {
    if (socket.coming.empty()) continue;
    const time_point arrival = world_.wire.arrival(socket.remote_host, socket.host);
    world_.agenda.at(arrival, [this, stopped = number] { arrive(stopped); });
  }
}

}  // namespace weir::detail
