// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "weir/clock.hpp"
#include "weir/driver.hpp"

namespace weir {

/// How many turns of a loop took how long, from their first task to their last.
///
/// Place 0 counts those below a microsecond, place N those from 2^(N-1) to 2^N microseconds, the
/// last place all that took longer.
class turn_durations {
 public:
  static constexpr std::size_t places = 22;  // The last one begins at a second.

  void add(duration span) noexcept {
    const auto microseconds = static_cast<std::uint64_t>(span.count()) / 1'000;
    const auto place = static_cast<std::size_t>(std::bit_width(microseconds));
    ++counts_[place < places ? place : places - 1];
    total_ += span;
  }
  const std::array<std::uint64_t, places>& counts() const noexcept { return counts_; }
  /// All of them together.
  duration total() const noexcept { return total_; }
  /// What the spans of a place are below of; the end of time for the last place.
  static constexpr duration limit(std::size_t place) noexcept {
    if (place + 1 >= places) return duration::max();
    return std::chrono::microseconds(std::uint64_t{1} << place);
  }

 private:
  std::array<std::uint64_t, places> counts_{};
  duration total_{};
};

/// What a loop has done since it was made, and what it has to do now; see loop::counters().
///
///     const auto counters = weir::loop::current().counters();
///     log("completions a call", double(counters.driver.completions) / counters.driver.enters);
struct loop_counters {
  std::uint64_t turns = 0;    ///< Times around: inbox, ready tasks, timers, I/O.
  std::uint64_t resumes = 0;  ///< Tasks resumed.
  std::uint64_t posts = 0;    ///< Closures run that came through post().

  std::uint64_t tasks_spawned = 0;  ///< The main task too.
  std::uint64_t tasks_alive = 0;    ///< Of these, not ended; awaited tasks are part of who awaits.
  std::uint64_t tasks_ready = 0;    ///< Waiting for their turn, now.

  std::uint64_t timers = 0;        ///< Fired.
  std::uint64_t timers_armed = 0;  ///< Now.

  std::uint64_t wakes_sent = 0;  ///< Sleeping loops that a post() from this loop's thread woke.
  std::uint64_t stalls = 0;      ///< Seen by a stall_monitor.
  duration longest_stall{};      ///< As far as it was seen.

  turn_durations turn_time;  ///< Of the turns in which a task ran.
  driver_counters driver;    ///< I/O; `driver.wakes` are the wakes received.
};

}  // namespace weir
