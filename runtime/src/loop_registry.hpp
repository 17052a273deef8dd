// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>

#include "weir/detail/loop_activity.hpp"

namespace weir::detail {

/// All loops of the process, for those who look inside from elsewhere (tools/gdb reads it too).
class loop_registry {
 public:
  /// Called on the loop's thread.
  void add(loop_activity& entry) noexcept;
  void remove(loop_activity& entry) noexcept;

  /// Calls `visit` with each loop's entry, the oldest first; no loop ends meanwhile.
  template <class Visit>
  void for_each(Visit visit) {
    const std::lock_guard lock(mutex_);
    for (loop_activity* at = first_; at != nullptr; at = at->next) visit(*at);
  }

 private:
  std::mutex mutex_;
  loop_activity* first_ = nullptr;
  unsigned made_ = 0;
};

/// Never destroyed, so that a loop may end at any time.
extern constinit loop_registry all_loops;

}  // namespace weir::detail
