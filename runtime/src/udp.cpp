// SPDX-License-Identifier: Apache-2.0
#include "weir/udp.hpp"

#include <netinet/in.h>

#include <cstring>

#include "socket_operations.hpp"
#include "socket_options.hpp"
#include "weir/resolve.hpp"

namespace weir {
namespace {

using detail::option_name;

constexpr option_name broadcast{SOL_SOCKET, SO_BROADCAST, "SO_BROADCAST"};
constexpr option_name interface_of_v4{IPPROTO_IP, IP_MULTICAST_IF, "IP_MULTICAST_IF"};
constexpr option_name interface_of_v6{IPPROTO_IPV6, IPV6_MULTICAST_IF, "IPV6_MULTICAST_IF"};
constexpr option_name all_groups_of_v4{IPPROTO_IP, IP_MULTICAST_ALL, "IP_MULTICAST_ALL"};
constexpr option_name all_groups_of_v6{IPPROTO_IPV6, IPV6_MULTICAST_ALL, "IPV6_MULTICAST_ALL"};
constexpr option_name hops_of_v4{IPPROTO_IP, IP_MULTICAST_TTL, "IP_MULTICAST_TTL"};
constexpr option_name hops_of_v6{IPPROTO_IPV6, IPV6_MULTICAST_HOPS, "IPV6_MULTICAST_HOPS"};

void set_multicast(int socket, bool is_v6, const udp_options& options, const std::string& owner) {
  // Otherwise it would receive what comes to the groups of every other socket of this machine.
  detail::set_option(socket, is_v6 ? all_groups_of_v6 : all_groups_of_v4, 0, owner);
  if (options.multicast_hops) {
    detail::set_option(socket, is_v6 ? hops_of_v6 : hops_of_v4, *options.multicast_hops, owner);
  }
  if (options.multicast_interface == 0) return;
  const auto index = static_cast<int>(options.multicast_interface);
  if (is_v6) return detail::set_option(socket, interface_of_v6, index, owner);
  ip_mreqn chosen{};
  chosen.imr_ifindex = index;
  detail::set_structure(socket, interface_of_v4, std::as_bytes(std::span(&chosen, 1)), owner);
}

/// A new socket for `address` with its options.
file_descriptor open(const socket_address& address, const udp_options& options,
                     std::string_view purpose) {
  file_descriptor made = detail::open_socket(address, SOCK_DGRAM, purpose);
  const int socket = made.get();
  const bool is_v6 = address.family() == AF_INET6;
  const std::string owner = "the socket for " + address.text();
  if (options.broadcast) detail::set_option(socket, broadcast, 1, owner);
  if (options.reuse_address) detail::set_option(socket, detail::reuse_address, 1, owner);
  if (options.reuse_port) detail::set_option(socket, detail::reuse_port, 1, owner);
  if (is_v6) detail::set_option(socket, detail::ipv6_only, options.ipv6_only ? 1 : 0, owner);
  set_multicast(socket, is_v6, options, owner);
  detail::set_buffers(socket, options.buffers, owner);
  return made;
}

}  // namespace

udp_socket udp_socket::bind(std::string_view ip, std::uint16_t port, const udp_options& options) {
  const socket_address wanted = detail::address_to_bind(ip, port, "bind to");
  file_descriptor made = open(wanted, options, "bind to");
  detail::bind_socket(made, wanted, "bind to");
  const socket_address bound = detail::local_address_of(made);
  return {std::move(made), bound, ""};
}

task<udp_socket> udp_socket::connect(std::string host, std::uint16_t port, udp_options options) {
  const std::vector<socket_address> addresses = co_await resolve(std::move(host), port);
  auto connecting = connect(addresses.front(), options);
  co_return co_await std::move(connecting);
}

task<udp_socket> udp_socket::connect(socket_address peer, udp_options options) {
  auto connecting = detail::connect_socket(open(peer, options, "connect to"), peer);
  file_descriptor connected = co_await std::move(connecting);
  const socket_address local = detail::local_address_of(connected);
  co_return udp_socket(std::move(connected), local, peer.text());
}

void udp_socket::join(const socket_address& group, unsigned interface) {
  change_membership(MCAST_JOIN_GROUP, "MCAST_JOIN_GROUP", group, interface);
}

void udp_socket::leave(const socket_address& group, unsigned interface) {
  change_membership(MCAST_LEAVE_GROUP, "MCAST_LEAVE_GROUP", group, interface);
}

void udp_socket::change_membership(int option, const char* name_of_option,
                                   const socket_address& group, unsigned interface) {
  group_req request{};
  request.gr_interface = interface;
  std::memcpy(&request.gr_group, group.data(), group.size());
  const int level = address().family() == AF_INET6 ? IPPROTO_IPV6 : IPPROTO_IP;
  const std::string owner = name() + " for the group " + group.text();
  detail::set_structure(descriptor(), {level, option, name_of_option},
                        std::as_bytes(std::span(&request, 1)), owner);
}

}  // namespace weir
