// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim_socket_table.hpp"
#include "sim_stream_socket.hpp"

namespace weir::detail {

/// The TCP and Unix stream sockets of a simulation.
class sim_streams final : public sim_socket_table<sim_stream_socket> {
 public:
  explicit sim_streams(const sim_world& world) noexcept : sim_socket_table(world, SOCK_STREAM) {}

  int open_pair(std::array<int, 2>& ends) override;
  int bind(int number, const socket_address& address) override;
  int listen(int number, int backlog) override;
  int shut_down(int number, int direction) override;
  int set_structure(int number, int level, int option, std::span<const std::byte> value) override;
  int remote(int number, sockaddr_storage& address, socklen_t& size) override;
  void close(int number) override;
  void start(io_work& operation) override;
  /// Nothing is cut any more.
  void heal();

 private:
  // Connecting (sim_connections.cpp).
  int begin_connect(sim_stream_socket& socket, const io_request& request);
  int connect_path(sim_stream_socket& socket);
  int take_address(sim_stream_socket& socket);
  void knock(int number);
  void admit(sim_stream_socket& listener, sim_stream_socket& client);
  void close_listener(sim_stream_socket& listener);
  void send(sim_stream_socket& to, sim_segment_kind kind, std::string bytes = {});
  void send_back(const sim_stream_socket& from, sim_segment_kind kind);
  void lose(const sim_stream_socket& sender);
  void part(sim_stream_socket& socket);
  void arrive(int number);
  void take(sim_stream_socket& socket, sim_segment& segment);
  void break_off(sim_stream_socket& socket, int failure);

  // Operations (sim_transfer.cpp).
  io_completion try_once(sim_stream_socket& socket, const io_request& request) override;
  int attempt(sim_stream_socket& socket, const io_request& request);
  int accept(sim_stream_socket& listener);
  int finish_connect(sim_stream_socket& socket);
  int receive(sim_stream_socket& socket, void* into, std::size_t size);
  io_completion receive_into_buffer(sim_stream_socket& socket);
  int receive_message(sim_stream_socket& socket, msghdr& header);
  int send_bytes(sim_stream_socket& socket, const void* from, std::size_t size);
  int send_message(sim_stream_socket& socket, const msghdr& header);
  int room_for(sim_stream_socket& socket);
  int readiness(sim_stream_socket& socket);
};

}  // namespace weir::detail
