// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace weir {

/// Spans of time, to the nanosecond.
using duration = std::chrono::nanoseconds;

/// A moment of the loop's clock: monotonic, comparable within one process only.
///
/// Ask `loop::now()`, never the standard clock itself: a simulation has a clock of its own.
using time_point = std::chrono::time_point<std::chrono::steady_clock, duration>;

/// `start + wait`, or the end of time where the sum would overflow.
constexpr time_point saturating_add(time_point start, duration wait) noexcept {
  return wait > time_point::max() - start ? time_point::max() : start + wait;
}

}  // namespace weir
