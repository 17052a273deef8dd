// SPDX-License-Identifier: Apache-2.0
// What operations on simulated streams give; see sim_streams.hpp.
#include <poll.h>

#include <algorithm>
#include <cerrno>

#include "buffer_pool.hpp"
#include "sim_message.hpp"
#include "sim_streams.hpp"
#include "weir/sim_driver.hpp"

namespace weir::detail {

io_completion sim_streams::try_once(sim_stream_socket& socket, const io_request& request) {
  if (request.kind == io_kind::receive_many) return receive_into_buffer(socket);
  const int result = attempt(socket, request);
  return {.result = result, .more = request.kind == io_kind::accept_many && result >= 0};
}

int sim_streams::attempt(sim_stream_socket& socket, const io_request& request) {
  switch (request.kind) {
    case io_kind::poll: {
      const int came = readiness(socket) & (request.events | POLLERR | POLLHUP);
      return came != 0 ? came : not_now;
    }
    case io_kind::accept_many:
      return accept(socket);
    case io_kind::connect:
      return finish_connect(socket);
    case io_kind::receive:
      return receive(socket, request.data, request.size);
    case io_kind::send:
      return send_bytes(socket, request.data, request.size);
    case io_kind::receive_message:
      return receive_message(socket, *static_cast<msghdr*>(request.data));
    case io_kind::send_message:
      return send_message(socket, *static_cast<const msghdr*>(request.data));
    default:
      return -EINVAL;
  }
}

int sim_streams::accept(sim_stream_socket& listener) {
  if (listener.status != sim_status::listening) return -EINVAL;
  if (listener.accepted.empty()) return not_now;
  const int number = listener.accepted.front();
  listener.accepted.pop_front();
  while (!listener.knocking.empty() && listener.accepted.size() < listener.backlog) {
    sim_stream_socket* client = find(listener.knocking.front());
    listener.knocking.pop_front();
    if (client != nullptr && client->status == sim_status::connecting) admit(listener, *client);
  }
  return number;
}

int sim_streams::finish_connect(sim_stream_socket& socket) {
  if (socket.failure != 0) return -std::exchange(socket.failure, 0);
  return socket.status == sim_status::connected ? 0 : not_now;
}

int sim_streams::receive(sim_stream_socket& socket, void* into, std::size_t size) {
  if (socket.received.empty()) {
    if (socket.failure != 0) return -std::exchange(socket.failure, 0);
    if (socket.broken || socket.other_ended || socket.read_shut) return 0;
    const bool may_come =
        socket.status == sim_status::connected || socket.status == sim_status::connecting;
    return may_come ? not_now : -ENOTCONN;
  }
  std::size_t count = std::min(size, socket.received.size());
  const sim_faults& faults = world_.network.faults(socket.remote_host, socket.host);
  if (count > 1 && world_.dice.chance(faults.short_reads)) {
    count = 1 + world_.dice.below(count - 1);
  }
  socket.received.copy(static_cast<char*>(into), count);
  socket.received.erase(0, count);
  socket.expected -= count;
  if (sim_stream_socket* other = find(socket.other_end)) touch(*other);  // It has room now.
  return static_cast<int>(count);
}

io_completion sim_streams::receive_into_buffer(sim_stream_socket& socket) {
  buffer_pool* pool = world_.buffers();
  if (pool == nullptr) return {.result = -ENOMEM};
  const int index = pool->take();
  if (index < 0) return {.result = -ENOBUFS};
  pool->lend(index);
  const int count = receive(socket, pool->at(index).data(), pool->at(index).size());
  if (count > 0) return {.result = count, .buffer = index, .more = true};
  pool->unlend(index);
  pool->put(index);
  return {.result = count};
}

int sim_streams::receive_message(sim_stream_socket& socket, msghdr& header) {
  std::string bytes(std::min(size_of(header), sim_buffer_bytes), '\0');
  const int count = receive(socket, bytes.data(), bytes.size());
  if (count < 0) return count;
  scatter(std::string_view(bytes).substr(0, static_cast<std::size_t>(count)), header);
  header.msg_namelen = 0;
  header.msg_controllen = 0;
  header.msg_flags = 0;
  return count;
}

/// How many bytes a write may take; not_now, or why it cannot be.
int sim_streams::room_for(sim_stream_socket& socket) {
  const sim_stream_socket* other = find(socket.other_end);
  const bool is_path = socket.family == AF_UNIX;
  if (is_path && other == nullptr && socket.status == sim_status::connected) return -EPIPE;
  if (socket.failure != 0) return -std::exchange(socket.failure, 0);
  if (socket.broken || socket.write_shut) return -EPIPE;
  if (socket.status == sim_status::connecting) return not_now;
  if (socket.status != sim_status::connected) return is_path ? -ENOTCONN : -EPIPE;
  const std::size_t used = other != nullptr ? other->expected : socket.lost;
  return used < sim_buffer_bytes ? static_cast<int>(sim_buffer_bytes - used) : not_now;
}

int sim_streams::send_bytes(sim_stream_socket& socket, const void* from, std::size_t size) {
  const int room = room_for(socket);
  if (room < 0) return room;
  sim_stream_socket* other = find(socket.other_end);
  const sim_faults& faults = world_.network.faults(socket.host, socket.remote_host);
  if (socket.family != AF_UNIX && world_.dice.chance(faults.resets)) {
    if (other != nullptr) {
      other->coming.clear();
      other->expected = other->received.size();
      send(*other, sim_segment_kind::reset);
    }
    break_off(socket, 0);
    return -ECONNRESET;
  }
  std::size_t count = std::min(size, static_cast<std::size_t>(room));
  if (count > 1 && world_.dice.chance(faults.short_writes)) {
    count = 1 + world_.dice.below(count - 1);
  }
  if (other != nullptr) {
    send(*other, sim_segment_kind::data, std::string(static_cast<const char*>(from), count));
  } else {
    socket.lost += count;
    lose(socket);
  }
  return static_cast<int>(count);
}

int sim_streams::send_message(sim_stream_socket& socket, const msghdr& header) {
  if (header.msg_controllen != 0) return -EOPNOTSUPP;
  const std::string bytes = gather(header, sim_buffer_bytes);
  const int count = send_bytes(socket, bytes.data(), bytes.size());
  return count == not_now && (header.msg_flags & MSG_DONTWAIT) != 0 ? -EAGAIN : count;
}

/// The events of poll(2).
int sim_streams::readiness(sim_stream_socket& socket) {
  if (socket.status == sim_status::listening) return socket.accepted.empty() ? 0 : POLLIN;
  if (socket.status == sim_status::idle && socket.failure == 0) return POLLOUT | POLLHUP;
  int events = 0;
  const bool no_more = socket.broken || socket.other_ended;
  if (!socket.received.empty() || no_more || socket.read_shut) events |= POLLIN;
  if (no_more) events |= POLLRDHUP;
  if (socket.broken || (no_more && socket.write_shut)) events |= POLLHUP;
  if (socket.failure != 0) return events | POLLERR | POLLIN | POLLOUT;
  if (socket.status != sim_status::connected) return events;
  const sim_stream_socket* other = find(socket.other_end);
  const std::size_t used = other != nullptr ? other->expected : socket.lost;
  const bool writable = socket.broken || socket.write_shut || used < sim_buffer_bytes;
  return writable ? events | POLLOUT : events;
}

}  // namespace weir::detail
