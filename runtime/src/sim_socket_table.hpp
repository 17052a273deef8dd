// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <deque>
#include <limits>

#include "sim_hosts.hpp"
#include "sim_socket.hpp"
#include "sim_sockets.hpp"
#include "sim_world.hpp"

namespace weir::detail {

/// The sockets of one type with the operations that wait on them; what these give, and when, says
/// the derived class.
template <class Socket>
class sim_socket_table : public sim_sockets {
 public:
  bool has(int number) const noexcept final { return sockets_.contains(number); }
  int open(int family) final {
    if (family != AF_INET && family != AF_INET6 && family != AF_UNIX) return -EAFNOSUPPORT;
    return make(family).number;
  }
  int set_option(int number, int level, int option, int value) final {
    at(number).options[{level, option}] = value;
    return 0;
  }
  int get_option(int number, int level, int option, int& value) final;
  int local(int number, sockaddr_storage& address, socklen_t& size) final {
    const Socket& socket = at(number);
    put_name(socket.local, socket.family, address, size);
    return 0;
  }
  void start(io_work& operation) override;
  void cancel(io_work& operation) final;

 protected:
  static constexpr int not_now = std::numeric_limits<int>::min();  // no count and no errno

  sim_socket_table(const sim_world& world, int type) noexcept : world_(world), type_(type) {}
  ~sim_socket_table() = default;

  /// What comes of an operation now; not_now as the result where it has to wait.
  virtual io_completion try_once(Socket& socket, const io_request& request) = 0;

  Socket* find(int number) noexcept {
    const auto found = sockets_.find(number);
    return found == sockets_.end() ? nullptr : &found->second;
  }
  Socket& at(int number) noexcept {
    Socket* found = find(number);
    WEIR_ASSERT(found != nullptr);
    return *found;
  }
  Socket& make(int family) {
    const int number = ++world_.last_number;
    Socket& made = sockets_[number];
    made.number = number;
    made.family = family;
    return made;
  }
  /// Enters the socket in the address book.
  int claim(Socket& socket, const socket_address& address, bool shares_port);
  /// Takes the socket from there, and ends the operations that are left on it.
  void leave(Socket& socket);

  /// Notes that what waits on a socket may be able to go on.
  void touch(Socket& socket) {
    if (!std::exchange(socket.is_touched, true)) touched_.push_back(socket.number);
  }
  /// Tries what waits on the sockets that were touched, until nothing more goes on by it.
  void settle();

  sim_world world_;
  std::map<int, Socket> sockets_;

 private:
  static constexpr std::size_t deliveries_max = 16;  // to one socket, before the others' turn

  void retry(Socket& socket);

  int type_;
  std::deque<int> touched_;
};

template <class Socket>
int sim_socket_table<Socket>::get_option(int number, int level, int option, int& value) {
  Socket& socket = at(number);
  if (level == SOL_SOCKET && option == SO_ERROR) {
    value = std::exchange(socket.failure, 0);
  } else if (level == SOL_SOCKET && option == SO_TYPE) {
    value = type_;
  } else {
    const auto found = socket.options.find({level, option});
    value = found == socket.options.end() ? 0 : found->second;
    // As Linux: the size with its own book-keeping.
    if (level == SOL_SOCKET && (option == SO_SNDBUF || option == SO_RCVBUF)) value *= 2;
  }
  return 0;
}

template <class Socket>
int sim_socket_table<Socket>::claim(Socket& socket, const socket_address& address,
                                    bool shares_port) {
  if (address.family() != socket.family) return -EAFNOSUPPORT;
  socket_address given = address;
  const sim_claim wanted{.socket = socket.number,
                         .type = type_,
                         .shares_port = shares_port,
                         .version_6_only = socket.has_option(IPPROTO_IPV6, IPV6_V6ONLY)};
  const int status = world_.addresses.bind(wanted, address, given);
  if (status < 0) return status;
  socket.bound = socket.local = given;
  socket.host = host_of(given);
  return 0;
}

template <class Socket>
void sim_socket_table<Socket>::leave(Socket& socket) {
  // One whose cancel the kernel has not seen yet keeps the file open for itself.
  while (!socket.waiting.empty()) {
    io_work& left = *socket.waiting.front();
    WEIR_ASSERT(std::find(world_.cancelling.begin(), world_.cancelling.end(), &left) !=
                world_.cancelling.end());
    cancel(left);
  }
  if (socket.bound) world_.addresses.release(socket.number, type_, *socket.bound);
}

template <class Socket>
void sim_socket_table<Socket>::start(io_work& operation) {
  Socket& socket = at(operation.request().descriptor);
  socket.waiting.push_back(&operation);
  touch(socket);
  settle();
}

template <class Socket>
void sim_socket_table<Socket>::cancel(io_work& operation) {
  auto& waiting = at(operation.request().descriptor).waiting;
  const auto found = std::find(waiting.begin(), waiting.end(), &operation);
  WEIR_ASSERT(found != waiting.end());
  waiting.erase(found);
  complete(world_, operation, -ECANCELED);
}

template <class Socket>
void sim_socket_table<Socket>::settle() {
  while (!touched_.empty()) {
    Socket* socket = find(touched_.front());
    touched_.pop_front();
    if (socket != nullptr) retry(*socket);
  }
}

template <class Socket>
void sim_socket_table<Socket>::retry(Socket& socket) {
  socket.is_touched = false;
  std::size_t deliveries = 0;
  for (std::size_t index = 0; index < socket.waiting.size();) {
    io_work& operation = *socket.waiting[index];
    const io_completion told = try_once(socket, operation.request());
    if (told.result == not_now) {
      ++index;
      continue;
    }
    if (!told.more) {
      socket.waiting.erase(socket.waiting.begin() + static_cast<std::ptrdiff_t>(index));
    } else if (++deliveries == deliveries_max) {
      world_.agenda.at(world_.agenda.now(), [this, number = socket.number] {
        if (Socket* behind = find(number)) touch(*behind);
        settle();
      });
    }
    report(world_, operation, told);
    if (deliveries == deliveries_max) return;
    index = 0;  // Whoever was told may have started and cancelled operations here.
  }
}

}  // namespace weir::detail
