// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>

#include "sim_socket.hpp"
#include "weir/clock.hpp"
#include "weir/sim_driver.hpp"

namespace weir::detail {

/// A datagram that waits to be received.
struct sim_datagram {
  std::string bytes;
  std::optional<socket_address> sender;
};

/// One simulated socket of datagrams.
struct sim_datagram_socket : sim_socket {
  std::deque<sim_datagram> received;
  std::size_t received_bytes = 0;

  // Of UDP.
  std::map<std::string, time_point> last_arrivals;  // Of what is under way, by where it goes.
  std::map<std::string, std::string> written_to;    // By the peer: to which of all hosts it wrote.

  // Of a Unix socket. Numbers are never used twice, so one that does not exist is closed.
  int peer = -1;
  std::deque<int> senders;  // Those that wait for room here.

  /// Beyond the room for bytes by one datagram, so that whoever is told of room has enough.
  bool is_full() const noexcept {
    return received.size() >= sim_datagrams_max || received_bytes >= sim_buffer_bytes;
  }
};

}  // namespace weir::detail
