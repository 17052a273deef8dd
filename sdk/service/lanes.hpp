// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "weir/manual_reset_event.hpp"
#include "weir/task.hpp"

namespace weir::detail {

/// Which message of a key may be handled: one at a time, in the order of their stream.
///
/// A message whose lane is taken waits for its turn. Where too many would wait behind one that is
/// retried, the later ones are given back to the server, and those behind them as well, until they
/// have come again: so one poisoned key does not take all workers, and keeps its order. What comes
/// in any order, after a restart, is held until it is all there.
class lanes {
 public:
  /// At most `waiting_max` messages wait behind one that is retried.
  explicit lanes(std::size_t waiting_max) noexcept : waiting_max_(waiting_max) {}
  ~lanes();
  lanes(const lanes&) = delete;
  lanes& operator=(const lanes&) = delete;

  /// The message has been delivered; gives how often it was sent away before, of which it knows
  /// nothing itself.
  std::uint64_t come_back(const std::string& key, std::uint64_t sequence);
  /// How long to give the message back for; zero when it may stay, and enter().
  duration time_away(const std::string& key, std::uint64_t sequence);
  /// The message is given back until `until`, for the `times`th time; if it has not come again by
  /// then, nobody waits for it any more.
  void send_away(const std::string& key, std::uint64_t sequence, time_point until,
                 std::uint64_t times = 1);

  /// Suspends until it is this message's turn: true, and leave() must follow. False where it must
  /// go away after all, since the one before it is retried.
  task<bool> enter(const std::string& key, std::uint64_t sequence);
  void leave(const std::string& key) noexcept;

  /// The message that has the turn is retried, not before `until`. Those that wait behind it beyond
  /// the bound are woken to go away.
  void park(const std::string& key, time_point until);
  void unpark(const std::string& key);

  /// Until release() nobody gets a turn; those that come wait, however many.
  void hold() noexcept { is_held_ = true; }
  /// The first of each lane, by the order of the stream, gets its turn.
  void release() noexcept;
  bool is_held() const noexcept { return is_held_; }
  /// Until release(), those that wait and those that come are to go away, until then.
  void send_all_away(time_point until);

  /// Nobody waits any more for what was given back and has not come again in time: another program
  /// has it.
  void forget_lost();
  /// The same for all that was given back.
  void forget_absent();
  /// The same, and gives what they were with how often each was sent away.
  std::vector<std::pair<std::uint64_t, std::uint64_t>> take_absent();

  std::size_t size() const noexcept { return lanes_.size(); }

 private:
  /// One that waits for its turn.
  struct waiter {
    manual_reset_event decided;
    bool has_turn = false;
  };
  /// One that was given back.
  struct absence {
    time_point until;
    std::uint64_t times;
  };
  struct lane {
    bool is_taken = false;
    time_point parked_until = {};
    std::multimap<std::uint64_t, waiter*> waiting;  ///< By sequence.
    std::map<std::uint64_t, absence> away;          ///< By sequence.

    bool is_unused() const noexcept { return !is_taken && waiting.empty() && away.empty(); }
  };

  static void drop_lost(lane& of);
  static void give_turn(lane& to) noexcept;
  static void dismiss_last(lane& of, time_point until);
  void drop_unused();
  void drop_if_unused(const std::string& key);

  std::size_t waiting_max_;
  bool is_held_ = false;
  time_point away_until_ = {};  ///< While it is held.
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
