// SPDX-License-Identifier: Apache-2.0
// How simulated sockets find each other and part; see sim_streams.hpp.
#include <cerrno>

#include "sim_streams.hpp"

namespace weir::detail {

/// 0 when the connect is under way or done, else why not.
int sim_streams::begin_connect(sim_stream_socket& socket, const io_request& request) {
  if (socket.status == sim_status::connecting) return -EALREADY;
  if (socket.status != sim_status::idle) return -EISCONN;
  if (request.address->sa_family != socket.family) return -EAFNOSUPPORT;
  socket.remote = destination({request.address, request.address_size});
  socket.failure = 0;
  if (socket.family == AF_UNIX) return connect_path(socket);

  socket.remote_host = host_of(*socket.remote);
  if (socket.remote_host == "255.255.255.255") return -ENETUNREACH;
  const int status = take_address(socket);
  if (status < 0) return status;
  socket.status = sim_status::connecting;
  world_.wire.send(socket.host, socket.remote_host,
                   [this, number = socket.number] { knock(number); });
  return 0;
}

/// A Unix socket is connected at once or not at all.
int sim_streams::connect_path(sim_stream_socket& socket) {
  const int found = world_.addresses.find(SOCK_STREAM, *socket.remote, 0);
  if (found < 0) return found;
  sim_stream_socket* listener = find(found);
  if (listener == nullptr) return -EPROTOTYPE;
  if (listener->status != sim_status::listening) return -ECONNREFUSED;
  if (listener->accepted.size() >= listener->backlog) return -EAGAIN;
  socket.status = sim_status::connecting;
  admit(*listener, socket);
  return 0;
}

int sim_streams::take_address(sim_stream_socket& socket) {
  if (socket.bound && !is_any(socket.host)) return 0;
  socket.host = own_host(socket.remote_host);
  int port = socket.bound ? socket.bound->port() : 0;
  if (port == 0) port = world_.addresses.free_port(SOCK_STREAM, socket.host);
  if (port < 0) return -EADDRNOTAVAIL;
  socket.local = socket_address::of_ip(socket.host, static_cast<std::uint16_t>(port));
  return 0;
}

/// A connect has arrived where it goes to.
void sim_streams::knock(int number) {
  sim_stream_socket* client = find(number);
  if (client == nullptr || client->status != sim_status::connecting) return;
  const int found = world_.addresses.find(SOCK_STREAM, *client->remote, world_.dice.number());
  sim_stream_socket* listener = found < 0 ? nullptr : find(found);
  const double refusals = world_.network.faults(client->host, client->remote_host).refusals;
  if (listener == nullptr || listener->status != sim_status::listening ||
      world_.dice.chance(refusals)) {
    return send(*client, sim_segment_kind::refused);
  }
  // TCP is not refused where there is no room: the client knocks again until there is.
  if (listener->accepted.size() >= listener->backlog) {
    listener->knocking.push_back(number);
  } else {
    admit(*listener, *client);
    settle();
  }
}

void sim_streams::admit(sim_stream_socket& listener, sim_stream_socket& client) {
  sim_stream_socket& server = make(listener.family);
  server.status = sim_status::connected;
  server.options = listener.options;
  server.local = as_seen_by(listener.family, *client.remote);
  if (client.local) server.remote = as_seen_by(listener.family, *client.local);
  server.host = client.remote_host;
  server.remote_host = client.host;
  server.other_end = client.number;
  client.other_end = server.number;
  listener.accepted.push_back(server.number);
  touch(listener);
  if (client.family == AF_UNIX) {
    client.status = sim_status::connected;
  } else {
    send(client, sim_segment_kind::accepted);
  }
}

void sim_streams::close_listener(sim_stream_socket& listener) {
  for (const int number : listener.accepted) {
    send_back(at(number), sim_segment_kind::reset);
    sockets_.erase(number);
  }
  for (const int number : listener.knocking) {
    if (sim_stream_socket* client = find(number)) send(*client, sim_segment_kind::refused);
  }
}

/// Sends to the other end of a connection.
void sim_streams::send_back(const sim_stream_socket& from, sim_segment_kind kind) {
  if (sim_stream_socket* other = find(from.other_end)) send(*other, kind);
}

/// Sends to a socket, from where it is connected to.
void sim_streams::send(sim_stream_socket& to, sim_segment_kind kind, std::string bytes) {
  if (to.broken) return;
  // What one connection sends stays in order, so nothing arrives before what was sent before it.
  time_point arrival = world_.agenda.now();
  if (to.family != AF_UNIX) arrival = world_.wire.arrival(to.remote_host, to.host);
  to.last_arrival = arrival = std::max(arrival, to.last_arrival);
  to.expected += bytes.size();
  to.coming.push_back({kind, arrival, std::move(bytes)});
  world_.agenda.at(arrival, [this, number = to.number] { arrive(number); });
}

/// Takes all that is due and not stopped by a cut.
void sim_streams::arrive(int number) {
  sim_stream_socket* socket = find(number);
  if (socket == nullptr) return;
  while (!socket->coming.empty() && socket->coming.front().arrives <= world_.agenda.now() &&
         !world_.wire.is_cut(socket->remote_host, socket->host)) {
    sim_segment segment = std::move(socket->coming.front());
    socket->coming.pop_front();
    take(*socket, segment);
  }
  settle();
}

void sim_streams::take(sim_stream_socket& socket, sim_segment& segment) {
  touch(socket);
  switch (segment.kind) {
    case sim_segment_kind::accepted:
      socket.status = sim_status::connected;
      return;
    case sim_segment_kind::refused:
      socket.status = sim_status::idle;
      socket.failure = ECONNREFUSED;
      return;
    case sim_segment_kind::data:
      socket.received += segment.bytes;
      return;
    case sim_segment_kind::end:
      socket.other_ended = true;
      return;
    case sim_segment_kind::reset:
      // As Linux: who has been told of the end finds a broken pipe, all others a reset.
      return break_off(socket, socket.other_ended ? EPIPE : ECONNRESET);
  }
}

void sim_streams::break_off(sim_stream_socket& socket, int failure) {
  socket.broken = true;
  socket.failure = failure;
  socket.coming.clear();
  socket.expected = socket.received.size();
  touch(socket);
}

/// What was sent to an end that is closed: the answer to the sender is a reset.
void sim_streams::lose(const sim_stream_socket& sender) {
  world_.wire.send(sender.host, sender.remote_host, [this, number = sender.number] {
    if (sim_stream_socket* told = find(number)) send(*told, sim_segment_kind::reset);
  });
}

/// Tells the other end that this one closes.
void sim_streams::part(sim_stream_socket& socket) {
  sim_stream_socket* other = find(socket.other_end);
  if (other == nullptr || socket.broken) return;
  // Bytes that nobody will read are bytes lost. On a Unix socket what is sent is there at once.
  const bool unread = !socket.received.empty() || (socket.family == AF_UNIX && socket.expected > 0);
  if (unread || socket.resets_at_close || socket.status == sim_status::connecting) {
    return send(*other, sim_segment_kind::reset);
  }
  if (!socket.write_shut) send(*other, sim_segment_kind::end);
  if (socket.expected > 0) lose(*other);
}

}  // namespace weir::detail
