// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "weir/clock.hpp"

namespace weir {

/// A distribution of spans of time in a fixed 4 KiB: each value is kept to within 1/8 of itself.
///
/// Buckets are eight to a power of two of nanoseconds, up to about two minutes; longer counts as
/// that.
class histogram {
 public:
  void record(duration value) noexcept;
  /// Takes in what another one has recorded.
  void add(const histogram& other) noexcept;
  std::uint64_t count() const noexcept { return count_; }
  /// The value below which a `fraction` (0 to 1) of the recorded ones lie; zero when there are
  /// none.
  duration quantile(double fraction) const noexcept;

 private:
  static constexpr std::size_t steps = 8;
  static constexpr std::size_t powers = 37;
  std::array<std::uint64_t, steps * powers> buckets_{};
  std::uint64_t count_ = 0;
};

}  // namespace weir
