// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/detail/promise.hpp"

namespace weir {
class loop;
}

namespace weir::detail {

/// One task suspended at a leaf: waiting for an event, a timer, a descriptor, a place in a queue.
///
/// The base of every leaf awaitable. It lives in the awaiting frame and must not be destroyed while
/// it is parked. `park` registers it with the task's cancellation; `wake` puts the task into the
/// loop's ready queue, never resumes it in place, so that waking costs no stack and no surprise.
class suspension : public stop_listener {
 public:
  bool is_parked() const noexcept { return parked_; }

 protected:
  suspension() = default;
  suspension(suspension&&) = default;
  ~suspension() { WEIR_ASSERT(!parked_); }

  /// Suspends the task until wake(); false when its stop has come already, and it must not suspend.
  template <class Promise>
  bool park(std::coroutine_handle<Promise> waiting) noexcept {
    stop_context* stop = waiting.promise().stop();
    if (stop != nullptr && !stop->add(*this)) return false;
    park_shielded(waiting);
    return true;
  }

  /// Suspends the task until wake(), whatever is asked to stop.
  template <class Promise>
  void park_shielded(std::coroutine_handle<Promise> waiting) noexcept {
    ready_.coroutine = waiting;
    ready_.promise = &waiting.promise();
    enter_wait();
  }

  /// Makes the task ready to go on. Once a park.
  void wake() noexcept;

  weir::loop& home() const noexcept { return *loop_; }

 private:
  void enter_wait() noexcept;

  ready_item ready_;
  weir::loop* loop_ = nullptr;
  bool parked_ = false;
};

}  // namespace weir::detail
