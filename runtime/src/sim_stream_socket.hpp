// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>

#include "sim_socket.hpp"
#include "weir/clock.hpp"

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
struct sim_stream_socket : sim_socket {
  sim_status status = sim_status::idle;

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
};

}  // namespace weir::detail
