// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "weir/detail/permits.hpp"

namespace weir {

/// What one task of a loop holds at a time, across its awaits; first come, first served.
///
/// Between two awaits a task is alone on its loop anyway: a mutex is for what must stay whole while
/// its holder waits. Not recursive: a task that locks twice waits for ever. Must outlive its
/// waiters and holders.
///
///     const auto held = co_await file_lock.lock();
class mutex {
 public:
  /// Holds the mutex until it is destroyed; movable.
  using guard = detail::permits;

  bool is_locked() const noexcept { return free_.available() == 0; }

  /// Suspends until nobody holds the mutex; gives the guard that holds it. Throws, without it, when
  /// cancelled.
  detail::hold_operation lock() noexcept { return {free_, 1}; }
  /// The guard, if nobody holds the mutex or waits for it.
  std::optional<guard> try_lock() noexcept {
    if (!free_.try_acquire()) return std::nullopt;
    return guard(free_, 1);
  }

 private:
  semaphore free_{1};
};

}  // namespace weir
