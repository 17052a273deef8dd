// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "weir/clock.hpp"
#include "weir/driver.hpp"
#include "weir/socket_address.hpp"

namespace weir::detail {

/// What comes to one end of a simulated connection.
enum class sim_segment_kind : std::uint8_t {
  accepted,  // The answer to a connect: the other end is there.
  refused,   // The answer to a connect: nobody listens.
  data,
  end,    // The other end will send no more.
  reset,  // The other end is gone.
};

struct sim_segment {
  sim_segment_kind kind;
  time_point arrives;
  std::string bytes;
};

enum class sim_status : std::uint8_t { idle, listening, connecting, connected };

/// One simulated socket that streams, with what is on its way to it.
struct sim_socket {
  int number = -1;
  int family = AF_UNSPEC;
  sim_status status = sim_status::idle;
  std::optional<socket_address> bound;  // In the address book.
  std::optional<socket_address> local;
  std::optional<socket_address> remote;
  std::string host;  // Of the addresses, for the wire.
  std::string remote_host;
  std::map<std::pair<int, int>, int> options;

  // Of a listener.
  std::size_t backlog = 0;
  std::deque<int> accepted;  // Connections that wait for an accept().
  std::deque<int> knocking;  // Sockets that connect and found no room.

  // Of a connection. Numbers are never used twice, so one that does not exist is a closed end.
  int other_end = -1;
  std::deque<sim_segment> coming;
  time_point last_arrival{};
  std::string received;
  std::size_t expected = 0;  // Bytes in `coming` and in `received`.
  std::size_t lost = 0;      // Bytes sent to an end that is closed, before that was known.
  bool other_ended = false;
  bool broken = false;  // Nothing comes or goes any more.
  bool read_shut = false;
  bool resets_at_close = false;
  bool write_shut = false;
  int failure = 0;  // What the next operation fails with.

  std::vector<io_work*> waiting;  // In the order of their start.
  bool is_touched = false;        // Those that wait have to be tried again.
};

}  // namespace weir::detail
