// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/detail/promise.hpp"

namespace weir::detail {

/// `co_await current_stop{}` gives the awaiting task's stop context (or null); it never suspends.
class current_stop {
 public:
  bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> waiting) noexcept {
    context_ = waiting.promise().stop();
    return false;
  }
  stop_context* await_resume() const noexcept { return context_; }

 private:
  stop_context* context_ = nullptr;
};

}  // namespace weir::detail
