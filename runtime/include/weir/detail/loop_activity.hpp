// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <source_location>

#include "weir/clock.hpp"
#include "weir/detail/promise.hpp"

namespace weir {
class loop;
}

namespace weir::detail {

/// What a loop does at the moment, for other threads to see, and its place among all loops of the
/// process.
///
/// The loop writes what it would write anyway; what costs extra it writes only while somebody
/// watches. Relaxed atomics are plain stores, and a reader that sees the same twice, with time
/// between, has seen what is so.
struct loop_activity {
  explicit loop_activity(loop& owner) noexcept : home(&owner) {}

  void count(std::atomic<std::uint64_t>& counter) noexcept {
    counter.store(counter.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }

  /// The task that was resumed and has not given the loop back; 0: none.
  std::atomic<task_id> running{0};
  std::atomic<std::uint64_t> resumes{0};
  std::atomic<std::uint64_t> posts{0};
  std::atomic<bool> in_post{false};  ///< A closure that was posted runs.

  /// Of the running task; written while somebody watches.
  std::atomic<std::source_location> went_on_from{};
  std::atomic<std::source_location> spawned_at{};
  static_assert(std::atomic<std::source_location>::is_always_lock_free);

  /// Written by the stall_monitor.
  std::atomic<std::uint64_t> stalls{0};
  std::atomic<duration::rep> longest_stall{0};

  // Set by the registry, constant from then on.
  loop* home;
  unsigned number = 0;      ///< From 1, in the order of making.
  int processor_clock = 0;  ///< Of the loop's thread: how long it has computed.
  loop_activity* next = nullptr;
};

/// True while a stall_monitor lives; loops look once a turn.
inline constinit std::atomic<bool> loops_are_watched{false};

}  // namespace weir::detail
