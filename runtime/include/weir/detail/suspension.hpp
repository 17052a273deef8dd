// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/detail/promise.hpp"

namespace weir {
class loop;
}

namespace weir::detail {

class suspension;

/// Whoever waits for several suspensions at a time, and must know of each wake at once.
class wake_listener {
 public:
  /// `woken` is not parked any more. Must not run user code: it wakes or cancels, no more.
  virtual void on_wake(suspension& woken) noexcept = 0;

 protected:
  ~wake_listener() = default;
};

/// One task suspended at a leaf: waiting for an event, a timer, a descriptor, a place in a queue.
///
/// The base of every leaf awaitable. It lives in the awaiting frame and must not be destroyed while
/// it is parked. `park` registers it with the task's cancellation; `wake` puts the task into the
/// loop's ready queue, never resumes it in place, so that waking costs no stack and no surprise.
class suspension : public stop_listener {
 public:
  bool is_parked() const noexcept { return parked_; }

  /// Before it is parked: the listener is told of its wake, instead of the loop, and the listener
  /// alone calls on_stop(), since no stop of the task does any more.
  void report_to(wake_listener& listener) noexcept { listener_ = &listener; }

 protected:
  suspension() = default;
  suspension(suspension&&) = default;
  ~suspension() { WEIR_ASSERT(!parked_); }

  /// Suspends the task until wake(); false when its stop has come already, and it must not suspend.
  template <class Promise>
  bool park(std::coroutine_handle<Promise> waiting) noexcept {
    stop_context* stop = listener_ == nullptr ? waiting.promise().stop() : nullptr;
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
  wake_listener* listener_ = nullptr;
  bool parked_ = false;
};

}  // namespace weir::detail
