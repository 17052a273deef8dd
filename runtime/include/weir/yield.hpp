// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/loop.hpp"

namespace weir {

/// Lets the other ready tasks run first. For long computations; throws when cancelled.
class [[nodiscard]] yield final : public detail::suspension {
 public:
  bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> waiting) noexcept {
    detail::stop_context* stop = waiting.promise().stop();
    stopped_ = stop != nullptr && stop->stop_requested();
    if (stopped_) return false;
    park_shielded(waiting);
    wake();
    return true;
  }
  void await_resume() const {
    if (stopped_) throw error::cancelled();
  }

 private:
  void on_stop() noexcept override {}

  bool stopped_ = false;
};

}  // namespace weir
