// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>

#include "weir/detail/permits.hpp"

namespace weir {

/// What many tasks of a loop may read at a time, or one may write; first come, first served.
///
/// A writer that waits is not overtaken by readers who come later, so neither side starves. Not
/// recursive: a task that holds it and waits for it again may wait for ever. Must outlive its
/// waiters and holders.
class read_write_lock {
 public:
  /// Holds the lock until it is destroyed; movable.
  using guard = detail::permits;

  /// Suspends until nobody writes; gives the guard that holds the lock for reading. Throws, without
  /// it, when cancelled.
  detail::hold_operation read() noexcept { return {free_, 1}; }
  /// Suspends until nobody reads or writes; gives the guard that holds the lock for writing. Throws
  /// as read() does.
  detail::hold_operation write() noexcept { return {free_, readers_max}; }

 private:
  /// A reader takes one permit, a writer all of them.
  static constexpr std::size_t readers_max = std::numeric_limits<std::size_t>::max() / 2;

  semaphore free_{readers_max};
};

}  // namespace weir
