// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "weir/clock.hpp"

namespace weir {

/// How long to wait before the next attempt: `base * 2^(failures - 1)`, at most `limit`.
///
///     weir::exponential(1s, 5min).full_jitter()
class exponential {
 public:
  constexpr exponential(duration base, duration limit) noexcept : base_(base), limit_(limit) {}

  /// Draws each wait evenly from (0, wait]: many that failed together do not come back together.
  constexpr exponential full_jitter() const noexcept {
    exponential copy = *this;
    copy.jitter_ = true;
    return copy;
  }

  /// The wait after the `failures`-th failure, counted from 1; `random` is any 64 random bits.
  duration delay(std::uint64_t failures, std::uint64_t random) const noexcept;

 private:
  duration base_;
  duration limit_;
  bool jitter_ = false;
};

}  // namespace weir
