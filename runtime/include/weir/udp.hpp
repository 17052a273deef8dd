// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "weir/datagram_socket.hpp"
#include "weir/socket_options.hpp"
#include "weir/task.hpp"

namespace weir {

/// The options of a UDP socket.
struct udp_options {
  /// May send to broadcast addresses.
  bool broadcast = false;
  /// Lets several sockets have the same address. Each gets what comes to a multicast group.
  bool reuse_address = false;
  /// Lets several sockets have the same port; the kernel shares out what comes, by sender.
  bool reuse_port = false;
  /// An address of IPv6 does not stand for those of IPv4 too.
  bool ipv6_only = false;
  /// Through which interface (its index) multicast datagrams leave; 0: the routes decide.
  unsigned multicast_interface = 0;
  /// How many networks a multicast datagram may cross; unset: it stays in its own (1).
  std::optional<int> multicast_hops = std::nullopt;
  socket_buffers buffers = {};
};

/// A UDP socket: datagrams of at most 65,507 bytes that may be lost, doubled or out of order. See
/// datagram_socket for sending and receiving.
///
///     weir::udp_socket socket = weir::udp_socket::bind("0.0.0.0", 5353);
///     for (;;) {
///       const weir::received_datagram came = co_await socket.receive_from(bytes);
///       co_await socket.send_to(answer_to(came), came.sender);
///     }
class udp_socket : public datagram_socket {
 public:
  /// Takes an address of this machine in numbers ("0.0.0.0", "::1") and a port or, with 0, one that
  /// is free. Throws at once where that is impossible.
  static udp_socket bind(std::string_view ip, std::uint16_t port, const udp_options& options = {});

  /// A socket with an address of the kernel's choice that sends to one peer, the first address of
  /// a host, and receives from it alone. Nothing is sent, so nothing is known of the peer yet.
  static task<udp_socket> connect(std::string host, std::uint16_t port, udp_options options = {});
  static task<udp_socket> connect(socket_address peer, udp_options options = {});

  /// Receives what is sent to a multicast group too, on an interface (its index) or, with 0, on the
  /// one that the routes name. `group` has the family of the socket; its port does not matter. Of
  /// groups that it has not joined a socket receives nothing.
  void join(const socket_address& group, unsigned interface = 0);
  void leave(const socket_address& group, unsigned interface = 0);

  std::uint16_t port() const noexcept { return address().port(); }

 private:
  using datagram_socket::datagram_socket;
  void change_membership(int option, const char* name, const socket_address& group,
                         unsigned interface);
};

}  // namespace weir
