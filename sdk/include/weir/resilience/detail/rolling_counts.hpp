// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "weir/clock.hpp"

namespace weir::detail {

/// How many calls ended, and failed, in the last so much time, in a fixed number of slices.
///
/// What leaves the window leaves it a slice at a time: it is up to a tenth shorter than asked for.
class rolling_counts {
 public:
  struct counts {
    std::uint64_t calls = 0;
    std::uint64_t failures = 0;
  };

  /// `window` is at least as many nanoseconds as there are slices.
  explicit rolling_counts(duration window) noexcept;

  void add(time_point now, bool failed) noexcept;
  counts within(time_point now) const noexcept;
  void clear() noexcept { slices_ = {}; }

 private:
  static constexpr std::int64_t slice_count = 10;

  struct slice {
    std::int64_t number = 0;  ///< Which one since the beginning of time.
    counts sum;
  };

  std::int64_t number_at(time_point when) const noexcept;

  duration slice_length_;
  std::array<slice, slice_count> slices_{};
};

}  // namespace weir::detail
