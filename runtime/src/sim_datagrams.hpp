// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim_datagram_socket.hpp"
#include "sim_socket_table.hpp"

namespace weir::detail {

/// The UDP and Unix datagram sockets of a simulation. None can be shut down or join a group.
class sim_datagrams final : public sim_socket_table<sim_datagram_socket> {
 public:
  explicit sim_datagrams(const sim_world& world) noexcept : sim_socket_table(world, SOCK_DGRAM) {}

  int open_pair(std::array<int, 2>& ends) override;
  int bind(int number, const socket_address& address) override;
  int listen(int, int) override { return -EOPNOTSUPP; }
  int shut_down(int, int) override { return -EOPNOTSUPP; }
  int set_structure(int, int, int, std::span<const std::byte>) override { return -EOPNOTSUPP; }
  int remote(int number, sockaddr_storage& address, socklen_t& size) override;
  void close(int number) override;

 private:
  /// What is under way by UDP, from and to addresses of IPv4 or of IPv6 proper.
  struct flight {
    int sender;
    socket_address from;
    socket_address to;
    std::string bytes;
  };

  io_completion try_once(sim_datagram_socket& socket, const io_request& request) override {
    return {.result = attempt(socket, request)};
  }
  int attempt(sim_datagram_socket& socket, const io_request& request);
  int send(sim_datagram_socket& socket, const msghdr& header);
  int receive(sim_datagram_socket& socket, msghdr& header);
  int readiness(sim_datagram_socket& socket);
  void put(sim_datagram_socket& receiver, sim_datagram came);

  // Unix sockets (sim_unix_datagrams.cpp).
  int connect_path(sim_datagram_socket& socket, const socket_address& path);
  int send_to_path(sim_datagram_socket& socket, const msghdr& header);
  int number_at(const sim_datagram_socket& sender, const socket_address& path);
  bool has_room(const sim_datagram_socket& sender, sim_datagram_socket& receiver);

  // UDP (sim_udp.cpp).
  int connect_host(sim_datagram_socket& socket, const socket_address& peer);
  int send_to_host(sim_datagram_socket& socket, const msghdr& header);
  int check_way(const sim_datagram_socket& socket, const socket_address& to) const;
  int take_port(sim_datagram_socket& socket);
  void launch(sim_datagram_socket& sender, const flight& going);
  void arrive(const flight& coming);
  sim_datagram_socket* receiver_of(const flight& coming);
  void refuse(const flight& lost);
  void take_refusal(const flight& lost);
};

}  // namespace weir::detail
