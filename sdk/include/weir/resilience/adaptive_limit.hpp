// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "weir/clock.hpp"

namespace weir {

/// What became of a call, as far as it tells of the load of the one who was called.
enum class call_outcome : unsigned char {
  success,
  overloaded,  ///< Refused, or given up after too long.
  ignored,     ///< Tells nothing: cancelled, or failed for a reason of its own.
};

/// Between which bounds an adaptive limit moves.
struct adaptive_limit_options {
  static constexpr std::size_t limit_max = 1'000'000;

  std::size_t min = 4;
  std::size_t max = 1000;
  std::size_t first = 16;  ///< Where it begins.
};

/// How many calls a server bears at the same time, learnt from how long they take. A value that
/// computes: it refuses nothing and has no clock, see load_shed.
///
/// It counts in rounds of as many calls as the limit, at least fifty. The mean latency of a round
/// is compared with that of calls which did not wait for each other (the baseline):
///
///     limit = limit * clamp(baseline / mean, 1/2, 1) + sqrt(limit)
///
/// The product is what the server works on, as long as time beyond the baseline is time in its
/// queue; the root lets a small queue stand, which shows when there is room for more. So the limit
/// settles at the server's capacity and about its root. Without a single latency above the
/// baseline it grows by the root a round, and only in rounds that had at least half of it in
/// flight: who calls little learns nothing about more. A round with an overloaded call takes a
/// fifth off instead. Now and then (every 50 rounds) the limit is halved for two rounds: the first
/// empties the queue, the second measures the baseline anew, for servers become slower, too. That
/// costs a few hundredths of the throughput. Means rather than least values make calls of
/// different length comparable, as long as their mixture changes slowly.
class adaptive_limit {
 public:
  /// Throws `invalid_argument` unless 1 <= min <= first <= max <= limit_max.
  explicit adaptive_limit(adaptive_limit_options options);

  /// How many may run at the same time now.
  std::size_t limit() const noexcept;
  /// Takes in a call that has ended: how long it took, how many ran when it began (itself
  /// included), and what became of it. The latency of a call that was no success is not looked at.
  void record(duration latency, std::size_t in_flight, call_outcome outcome) noexcept;

  /// What a call takes that waits for no other, as measured last; zero before the first round.
  duration baseline() const noexcept { return duration(static_cast<duration::rep>(baseline_)); }
  /// For people: "4 to 1000 at a time, by latency"; "at most 8 at a time" where it cannot move.
  std::string describe() const;

 private:
  enum class phase : unsigned char { measure, draining, normal };

  struct round {
    std::size_t successes = 0;
    std::size_t overloads = 0;
    std::size_t most_in_flight = 0;
    double sum = 0;  ///< Of the latencies, in nanoseconds.
  };

  void end_round() noexcept;
  void adapt(const round& ended, double mean) noexcept;

  adaptive_limit_options options_;
  double limit_;
  double baseline_ = 0;  ///< Nanoseconds.
  phase phase_ = phase::measure;
  round round_;
  std::size_t rounds_until_probe_;
};

}  // namespace weir
