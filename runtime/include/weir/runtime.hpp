// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "weir/loop.hpp"

namespace weir {

/// The loops of one runtime, as the task of one of them sees them.
///
/// They are all alive until the last of their tasks has ended, so that call_on() reaches each.
class peers {
 public:
  peers(const std::vector<loop*>& all, std::size_t index) noexcept : all_(&all), index_(index) {}

  /// Which of the loops is this one.
  std::size_t index() const noexcept { return index_; }
  /// How many loops there are.
  std::size_t size() const noexcept { return all_->size(); }
  /// The loop of an index; of another thread than this one it takes post() and call_on() only.
  loop& operator[](std::size_t index) const noexcept {
    WEIR_ASSERT(index < size());
    return *(*all_)[index];
  }

 private:
  const std::vector<loop*>* all_;
  std::size_t index_;
};

/// How a runtime is made.
struct runtime_options {
  std::size_t loops = 0;  ///< How many; 0 means one a processor.
  driver_choice driver = driver_choice::automatic;
  /// Keeps each loop's thread on one processor, of those that the process may use, in turn.
  bool pin = false;
  /// What the threads are called, followed by "-" and the index; cut to the 15 bytes of the kernel.
  std::string name = "weir";
};

/// Several loops, one a thread, that share nothing.
///
/// run() makes the loops, then runs `main(peers)` on each, and returns when all have ended; the
/// first error is thrown then. Each loop's task is stopped when another one fails. A loop whose
/// task has ended goes on for the calls of the others until the last has ended. Where a loop or its
/// thread cannot be had no task runs, and the error (a system error: retry) is thrown.
///
///     weir::runtime(4).run([](weir::peers all) { return serve(all.index()); });
class runtime {
 public:
  explicit runtime(std::size_t loops = 0) : runtime(runtime_options{.loops = loops}) {}
  explicit runtime(runtime_options options);

  std::size_t size() const noexcept { return options_.loops; }
  void run(const std::function<task<>(peers)>& main);
  /// The same for tasks that need to know no more than the index of their loop.
  void run(const std::function<task<>(std::size_t index)>& main) {
    run([&main](peers all) { return main(all.index()); });
  }

 private:
  runtime_options options_;
};

}  // namespace weir
