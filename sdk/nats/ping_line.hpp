// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>

#include "weir/clock.hpp"
#include "weir/semaphore.hpp"
#include "weir/task.hpp"

namespace weir::nats::detail {

class connection_core;

/// The PINGs of one connection on their way. The server answers each with a PONG that does not say
/// which one it answers: it is always the oldest.
class ping_line {
 public:
  /// So many are on their way at most, those included that nobody waits for any more; more wait,
  /// first come first served.
  static constexpr std::size_t pings_max = 1024;

  explicit ping_line(connection_core& core) noexcept : core_(core) {}

  /// Asks, once; the answer proves that the server has read everything sent before, and that it is
  /// alive. Gives how long it took. Waits until a hand-over to another server is over. Throws
  /// `unavailable` without a connection, and when it is lost meanwhile, or moves and the server
  /// that was left did not say what it had read; or `deadline_exceeded`.
  task<duration> ask(duration limit);
  /// The same, of the server that is about to be left as well.
  task<duration> ask_present(duration limit);

  void on_pong() noexcept;
  /// No PONG comes any more for what was asked over this connection.
  void on_disconnected() noexcept;

 private:
  class place;

  task<duration> ask_once(bool is_after_move);
  static error left_unread();

  connection_core& core_;
  semaphore free_{pings_max};
  std::deque<place*> line_;  // null where nobody waits any more
};

}  // namespace weir::nats::detail
