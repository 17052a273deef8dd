// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "send_events.hpp"

namespace weir::detail {

/// Sends the events that a commit has stored and whoever stored them did not send: it crashed, the
/// stream did not take them, or they had to wait for their time. They go in the order in which they
/// were stored, or fell due.
///
/// Of all programs on a database one at a time sweeps: who holds an advisory lock, for one sweep,
/// in a transaction that has no snapshot meanwhile. A program that stands still while it sweeps
/// loses its session, and with it the lock, after a while; what it still sends then has the message
/// ids that the next one has sent, and is refused within the stream's duplicate window.
class outbox_relay {
 public:
  outbox_relay(postgres::pool& database, nats::jetstream jetstream)
      : database_(database), jetstream_(std::move(jetstream)) {}

  /// Sends all that is stored now, also what others may be about to send, and suspends until it is
  /// confirmed. Gives the obstacle where some stay; throws what the database says. Not beside
  /// run().
  task<std::optional<error>> catch_up();
  /// Sweeps what is left after each `pause()`, until it is cancelled.
  task<> run(std::function<task<>()> pause = wait_a_second);

 private:
  static task<> wait_a_second();

  struct sweep_bounds {
    duration age;          ///< Younger rows are left to who has stored them.
    std::int64_t through;  ///< The last number to be sent.
  };
  struct sweep_result {
    bool was_leader = true;
    std::size_t sent = 0;
    std::size_t were_due = 0;  ///< Of these at most: they had to wait for their time.
    std::optional<error> obstacle;
    bool was_full = false;              ///< There may be more behind what was read.
    std::int64_t last_left = 0;         ///< The last number of what was read and is not sent.
    std::vector<std::int64_t> refused;  ///< By their streams, for good.
  };
  /// A way through the table, past what cannot be sent: that is tried again in the next round.
  struct sweep_round {
    std::int64_t passed = 0;            ///< The last number that is left behind.
    std::vector<std::int64_t> refused;  ///< Ids of what holds nobody up of that.
  };

  task<sweep_result> sweep(sweep_bounds bounds);
  task<sweep_result> sweep_in(postgres::tx& in, sweep_bounds bounds);
  void tell(const error& obstacle);
  void tell_failure(const error& why);

  postgres::pool& database_;
  nats::jetstream jetstream_;
  sweep_round round_;
  bool obstacle_told_ = false;
  bool failure_told_ = false;
};

}  // namespace weir::detail
