// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/loop.hpp"

namespace weir {

/// Lets the other ready tasks run first. For long computations; throws when cancelled.
class [[nodiscard]] yield final {
 public:
  bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> waiting) noexcept {
    detail::stop_context* stop = waiting.promise().stop();
    stopped_ = stop != nullptr && stop->stop_requested();
    if (stopped_) return false;
    // Nothing can wake or stop it while it waits, so it needs no more than a place in the queue.
    ready_.coroutine = waiting;
    ready_.promise = &waiting.promise();
    loop::current().make_ready(ready_);
    return true;
  }
  void await_resume() const {
    if (stopped_) throw error::cancelled();
  }

 private:
  detail::ready_item ready_;
  bool stopped_ = false;
};

}  // namespace weir
