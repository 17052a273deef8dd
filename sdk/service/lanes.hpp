// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>

#include "weir/manual_reset_event.hpp"
#include "weir/task.hpp"

namespace weir::detail {

/// Which message of a key may be handled: one at a time, in the order of their stream.
///
/// A message whose lane is taken waits for its turn. Where too many would wait behind one that is
/// retried, the later ones are given back to the server, and those behind them as well, until they
/// have come again: so one poisoned key does not take all workers, and keeps its order.
class lanes {
 public:
  /// At most `waiting_max` messages wait behind one that is retried.
  explicit lanes(std::size_t waiting_max) noexcept : waiting_max_(waiting_max) {}
  ~lanes();
  lanes(const lanes&) = delete;
  lanes& operator=(const lanes&) = delete;

  /// How long to give the message back for; zero when it may stay, and enter().
  duration time_away(const std::string& key, std::uint64_t sequence);
  /// The message is given back until `until`; if it has not come again by then, nobody waits for it
  /// any more.
  void send_away(const std::string& key, std::uint64_t sequence, time_point until);

  /// Suspends until it is this message's turn: true, and leave() must follow. False where it must
  /// go away after all, since the one before it is retried.
  task<bool> enter(const std::string& key, std::uint64_t sequence);
  void leave(const std::string& key) noexcept;

  /// The message that has the turn is retried, not before `until`. Those that wait behind it beyond
  /// the bound are woken to go away.
  void park(const std::string& key, time_point until);
  void unpark(const std::string& key);

  std::size_t size() const noexcept { return lanes_.size(); }

 private:
  /// One that waits for its turn.
  struct waiter {
    manual_reset_event decided;
    bool has_turn = false;
  };
  struct lane {
    bool is_taken = false;
    time_point parked_until = {};
    std::multimap<std::uint64_t, waiter*> waiting;  ///< By sequence.
    std::map<std::uint64_t, time_point> away;       ///< By sequence, until when.
  };

  static void forget_lost(lane& of);
  void drop_if_unused(const std::string& key);

  std::size_t waiting_max_;
  std::unordered_map<std::string, lane> lanes_;
};

/// A message's turn in its lane.
class lane_turn {
 public:
  lane_turn() = default;
  lane_turn(lanes& of, std::string key) noexcept : of_(&of), key_(std::move(key)) {}
  lane_turn(lane_turn&& other) noexcept
      : of_(std::exchange(other.of_, nullptr)), key_(std::move(other.key_)) {}
  lane_turn& operator=(lane_turn&&) = delete;
  ~lane_turn() {
    if (of_ != nullptr) of_->leave(key_);
  }

 private:
  lanes* of_ = nullptr;
  std::string key_;
};

}  // namespace weir::detail
