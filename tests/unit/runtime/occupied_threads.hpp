// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <future>

#include "weir/detail/blocking_pool.hpp"
#include "weir/task.hpp"
#include "weir/yield.hpp"

namespace weir::test {

/// Keeps all helper threads of blocking() busy until it is told to set them free.
class occupied_threads {
 public:
  occupied_threads() : state_(std::make_shared<state>()) {
    for (std::size_t thread = 0; thread < blocking_threads_max; ++thread) {
      detail::blocking_pool::instance().submit([kept = state_] {
        ++kept->begun;
        kept->opened.wait();
      });
    }
  }
  occupied_threads(const occupied_threads&) = delete;
  occupied_threads& operator=(const occupied_threads&) = delete;
  ~occupied_threads() { set_free(); }

  /// Suspends until no thread is left for others.
  task<> all_taken() const {
    while (state_->begun < blocking_threads_max) co_await yield();
  }

  /// Puts as many calls into the queue as may wait there.
  void fill_queue() const {
    for (std::size_t call = 0; call < blocking_queued_max; ++call) {
      detail::blocking_pool::instance().submit([] {});
    }
  }

  void set_free() {
    if (!std::exchange(free_, true)) state_->gate.set_value();
  }

 private:
  struct state {
    std::promise<void> gate;
    std::shared_future<void> opened = gate.get_future().share();
    std::atomic<std::size_t> begun{0};
  };

  std::shared_ptr<state> state_;
  bool free_ = false;
};

}  // namespace weir::test
