// SPDX-License-Identifier: Apache-2.0
#include "sim_streams.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace weir::detail {
namespace {

bool has_option(const sim_socket& socket, int level, int option) {
  const auto found = socket.options.find({level, option});
  return found != socket.options.end() && found->second != 0;
}

}  // namespace

void report(const sim_world& world, io_work& operation, const io_completion& completion) noexcept {
  world.trace.completed(static_cast<std::uint8_t>(operation.request().kind), completion.result);
  ++world.counters.completions;
  if (!completion.more) std::erase(world.cancelling, &operation);
  operation.on_completion(completion);
}

void complete(const sim_world& world, io_work& operation, int result) noexcept {
  report(world, operation, {.result = result});
}

void put_name(const std::optional<socket_address>& name, int family, sockaddr_storage& address,
              socklen_t& size) noexcept {
  address = {};
  address.ss_family = static_cast<sa_family_t>(family);
  size = sizeof address.ss_family;
  if (!name) return;
  size = name->size();
  std::memcpy(&address, name->data(), size);
}

sim_socket* sim_streams::find(int number) noexcept {
  const auto found = sockets_.find(number);
  return found == sockets_.end() ? nullptr : &found->second;
}

sim_socket& sim_streams::at(int number) noexcept {
  sim_socket* found = find(number);
  WEIR_ASSERT(found != nullptr);
  return *found;
}

sim_socket& sim_streams::make(int family) {
  const int number = ++world_.last_number;
  sim_socket& made = sockets_[number];
  made.number = number;
  made.family = family;
  return made;
}

int sim_streams::open(int family) {
  if (family != AF_INET && family != AF_INET6 && family != AF_UNIX) return -EAFNOSUPPORT;
  return make(family).number;
}

int sim_streams::open_pair(std::array<int, 2>& ends) {
  sim_socket& one = make(AF_UNIX);
  sim_socket& other = make(AF_UNIX);
  one.status = other.status = sim_status::connected;
  one.other_end = other.number;
  other.other_end = one.number;
  ends = {one.number, other.number};
  return 0;
}

int sim_streams::bind(int number, const socket_address& address) {
  sim_socket& socket = at(number);
  if (socket.bound || socket.status != sim_status::idle) return -EINVAL;
  if (address.family() != socket.family) return -EAFNOSUPPORT;
  socket_address given = address;
  const sim_claim claim{.socket = number,
                        .type = SOCK_STREAM,
                        .shares_port = has_option(socket, SOL_SOCKET, SO_REUSEPORT),
                        .version_6_only = has_option(socket, IPPROTO_IPV6, IPV6_V6ONLY)};
  const int status = world_.addresses.bind(claim, address, given);
  if (status < 0) return status;
  socket.bound = socket.local = given;
  socket.host = host_of(given);
  return 0;
}

int sim_streams::listen(int number, int backlog) {
  sim_socket& socket = at(number);
  if (socket.status != sim_status::idle || !socket.bound) return -EINVAL;
  socket.status = sim_status::listening;
  // As Linux counts: a backlog of none has room for one.
  socket.backlog = static_cast<std::size_t>(std::max(backlog, 0)) + 1;
  return 0;
}

int sim_streams::shut_down(int number, int direction) {
  sim_socket& socket = at(number);
  if (socket.status != sim_status::connected) return -ENOTCONN;
  if (direction != SHUT_WR) {
    socket.read_shut = true;
    // A Unix socket tells at once that nobody will read; TCP never does.
    sim_socket* other = find(socket.other_end);
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

int sim_streams::set_option(int number, int level, int option, int value) {
  at(number).options[{level, option}] = value;
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

int sim_streams::get_option(int number, int level, int option, int& value) {
  sim_socket& socket = at(number);
  if (level == SOL_SOCKET && option == SO_ERROR) {
    value = std::exchange(socket.failure, 0);
  } else if (level == SOL_SOCKET && option == SO_TYPE) {
    value = SOCK_STREAM;
  } else {
    const auto found = socket.options.find({level, option});
    value = found == socket.options.end() ? 0 : found->second;
    // As Linux: the size with its own book-keeping.
    if (level == SOL_SOCKET && (option == SO_SNDBUF || option == SO_RCVBUF)) value *= 2;
  }
  return 0;
}

int sim_streams::local(int number, sockaddr_storage& address, socklen_t& size) {
  const sim_socket& socket = at(number);
  put_name(socket.local, socket.family, address, size);
  return 0;
}

int sim_streams::remote(int number, sockaddr_storage& address, socklen_t& size) {
  const sim_socket& socket = at(number);
  if (socket.status != sim_status::connected || socket.broken) return -ENOTCONN;
  put_name(socket.remote, socket.family, address, size);
  return 0;
}

void sim_streams::close(int number) {
  sim_socket& socket = at(number);
  // One whose cancel the kernel has not seen yet keeps the file open for itself.
  while (!socket.waiting.empty()) {
    io_work& left = *socket.waiting.front();
    WEIR_ASSERT(std::find(world_.cancelling.begin(), world_.cancelling.end(), &left) !=
                world_.cancelling.end());
    cancel(left);
  }
  arrive(number);  // What is there already, though no turn has ended since.
  if (socket.bound) world_.addresses.release(number, SOCK_STREAM, *socket.bound);
  if (socket.status == sim_status::listening) close_listener(socket);
  part(socket);
  // Who waits for room at the other end learns that there will be none.
  if (sim_socket* other = find(socket.other_end)) touch(*other);
  sockets_.erase(number);
  settle();
}

void sim_streams::start(io_work& operation) {
  sim_socket& socket = at(operation.request().descriptor);
  if (operation.request().kind == io_kind::connect) {
    const int status = begin_connect(socket, operation.request());
    if (status != 0) return complete(world_, operation, status);
  }
  socket.waiting.push_back(&operation);
  touch(socket);
  settle();
}

void sim_streams::cancel(io_work& operation) {
  auto& waiting = at(operation.request().descriptor).waiting;
  const auto found = std::find(waiting.begin(), waiting.end(), &operation);
  WEIR_ASSERT(found != waiting.end());
  waiting.erase(found);
  complete(world_, operation, -ECANCELED);
}

void sim_streams::heal() {
  for (auto& [number, socket] : sockets_) {
    if (socket.coming.empty()) continue;
    const time_point arrival = world_.wire.arrival(socket.remote_host, socket.host);
    world_.agenda.at(arrival, [this, stopped = number] { arrive(stopped); });
  }
}

}  // namespace weir::detail
