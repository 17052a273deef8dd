// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim_address_book.hpp"
#include "sim_socket.hpp"
#include "sim_trace.hpp"
#include "sim_wire.hpp"

namespace weir::detail {

class buffer_pool;

/// What the sockets of a simulation stand on.
struct sim_world {
  sim_agenda& agenda;
  const sim_network& network;
  sim_wire& wire;
  sim_dice& dice;
  sim_address_book& addresses;
  sim_trace& trace;
  driver_counters& counters;
  std::vector<io_work*>& cancelling;  // Operations that will be cancelled if they do not end.
  std::function<buffer_pool*()> buffers;
  int& last_number;  // Of a descriptor.
};

/// Tells an operation of a simulation what came of it.
void report(const sim_world& world, io_work& operation, const io_completion& completion) noexcept;
/// Ends it.
void complete(const sim_world& world, io_work& operation, int result) noexcept;

/// What a socket that has no name calls itself, or its name.
void put_name(const std::optional<socket_address>& name, int family, sockaddr_storage& address,
              socklen_t& size) noexcept;

/// The TCP and Unix stream sockets of a simulation: what socket_calls and io_kind say of the
/// kernel's is true of them. Failures are negative errnos.
class sim_streams {
 public:
  explicit sim_streams(const sim_world& world) noexcept : world_(world) {}

  bool has(int number) const noexcept { return sockets_.contains(number); }
  int open(int family);
  int open_pair(std::array<int, 2>& ends);
  int bind(int number, const socket_address& address);
  int listen(int number, int backlog);
  int shut_down(int number, int direction);
  int set_option(int number, int level, int option, int value);
  int set_structure(int number, int level, int option, std::span<const std::byte> value);
  int get_option(int number, int level, int option, int& value);
  int local(int number, sockaddr_storage& address, socklen_t& size);
  int remote(int number, sockaddr_storage& address, socklen_t& size);
  void close(int number);

  void start(io_work& operation);
  void cancel(io_work& operation);
  /// Nothing is cut any more.
  void heal();

 private:
  sim_socket* find(int number) noexcept;
  sim_socket& at(int number) noexcept;
  sim_socket& make(int family);

  // Connecting (sim_connections.cpp).
  int begin_connect(sim_socket& socket, const io_request& request);
  int connect_path(sim_socket& socket);
  int take_address(sim_socket& socket);
  void knock(int number);
  void admit(sim_socket& listener, sim_socket& client);
  void close_listener(sim_socket& listener);
  void send(sim_socket& to, sim_segment_kind kind, std::string bytes = {});
  void send_back(const sim_socket& from, sim_segment_kind kind);
  void lose(const sim_socket& sender);
  void part(sim_socket& socket);
  void arrive(int number);
  void take(sim_socket& socket, sim_segment& segment);
  void break_off(sim_socket& socket, int failure);

  // Operations (sim_transfer.cpp).
  void touch(sim_socket& socket);
  void settle();
  void retry(sim_socket& socket);
  void go_on(int number);
  io_completion try_once(sim_socket& socket, const io_request& request);
  int attempt(sim_socket& socket, const io_request& request);
  int accept(sim_socket& listener);
  int finish_connect(sim_socket& socket);
  int receive(sim_socket& socket, void* into, std::size_t size);
  io_completion receive_into_buffer(sim_socket& socket);
  int receive_message(sim_socket& socket, msghdr& header);
  int send_bytes(sim_socket& socket, const void* from, std::size_t size);
  int send_message(sim_socket& socket, const msghdr& header);
  int room_for(sim_socket& socket);
  int readiness(sim_socket& socket);

  sim_world world_;
  std::map<int, sim_socket> sockets_;
  std::deque<int> touched_;
};

}  // namespace weir::detail
