// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "weir/loop.hpp"

namespace weir {

/// Several loops, one a thread, that share nothing.
///
/// run() makes the loops, runs `main(index)` on each, and returns when all have ended; the first
/// error is thrown then. Each loop's task is stopped when another one fails, or when the thread of
/// another one cannot be started (a system error, retry).
class runtime {
 public:
  /// `loops`: how many; 0 means one a processor.
  explicit runtime(std::size_t loops = 0, driver_choice choice = driver_choice::automatic);

  std::size_t size() const noexcept { return loops_; }
  void run(const std::function<task<>(std::size_t index)>& main);

 private:
  std::size_t loops_;
  driver_choice choice_;
};

}  // namespace weir
