// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "weir/manual_reset_event.hpp"

namespace weir {

/// A count that goes down to zero once, and tasks of one loop that wait for that.
///
/// Must outlive its waiters.
class latch {
 public:
  explicit latch(std::size_t count) noexcept : count_(count) {
    if (count_ == 0) zero_.set();
  }

  std::size_t count() const noexcept { return count_; }

  /// Takes `by` off the count, which must be as large; at zero wakes all that wait.
  void count_down(std::size_t by = 1) noexcept {
    WEIR_ASSERT(by <= count_);
    count_ -= by;
    if (count_ == 0) zero_.set();
  }

  /// Suspends until the count is zero. Throws when cancelled first.
  manual_reset_event::wait_operation wait() noexcept { return zero_.wait(); }

 private:
  manual_reset_event zero_;
  std::size_t count_;
};

}  // namespace weir
