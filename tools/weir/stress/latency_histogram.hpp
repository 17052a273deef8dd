// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "weir/clock.hpp"

namespace weir::tools {

/// Spans of time, each kept to within a thousandth of itself, from a nanosecond to an hour, in the
/// layout of HdrHistogram: 2048 buckets as wide as a nanosecond, then 1024 for each further power
/// of two. 265 KiB, whatever is recorded; two of them can be added.
class latency_histogram {
 public:
  latency_histogram();

  /// What is below zero counts as zero, what is above an hour as an hour.
  void record(duration value) noexcept;
  void add(const latency_histogram& other) noexcept;
  void clear() noexcept;

  std::uint64_t count() const noexcept { return count_; }
  /// Exact, as it was recorded; zero when there is none.
  duration max() const noexcept { return duration(max_); }
  duration mean() const noexcept;
  /// The smallest recorded value, rounded up by at most a thousandth, that is not below the
  /// `fraction` (0 to 1) of all; zero when there is none.
  duration quantile(double fraction) const noexcept;

  /// A line of the distribution: so many of all are at most `value`.
  struct step {
    duration value{};
    double fraction = 0;
    std::uint64_t count = 0;
  };
  /// The distribution with `ticks` lines for each halving of what is left, as HdrHistogram's
  /// plotter reads it; empty when nothing was recorded.
  std::vector<step> steps(unsigned ticks) const;

 private:
  std::vector<std::uint64_t> buckets_;
  std::uint64_t count_ = 0;
  std::int64_t max_ = 0;
  double sum_ = 0;
};

}  // namespace weir::tools
