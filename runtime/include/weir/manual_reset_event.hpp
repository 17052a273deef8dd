// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/detail/with_result.hpp"
#include "weir/loop.hpp"

namespace weir {

/// A flag that tasks of one loop wait for; it stays set until reset.
///
/// set() wakes all that wait, in the order they came. Must outlive its waiters.
class manual_reset_event {
 public:
  class [[nodiscard]] wait_operation;

  manual_reset_event() = default;
  manual_reset_event(const manual_reset_event&) = delete;
  manual_reset_event& operator=(const manual_reset_event&) = delete;

  bool is_set() const noexcept { return set_; }
  void set() noexcept;
  void reset() noexcept { set_ = false; }

  /// Suspends until the flag is set. Throws when cancelled first.
  wait_operation wait() noexcept;

 private:
  class hook : public detail::list_hook {};
  detail::intrusive_list<wait_operation, hook> waiting_;
  bool set_ = false;
};

/// The wait of manual_reset_event::wait().
class manual_reset_event::wait_operation final : public detail::suspension,
                                                 private manual_reset_event::hook {
 public:
  static constexpr bool is_selectable = true;

  explicit wait_operation(manual_reset_event& awaited) noexcept : event_(&awaited) {}

  auto as_result() && { return detail::with_result<wait_operation>(std::move(*this)); }

  bool await_ready() noexcept { return came_ = event_->set_; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> waiting) noexcept {
    if (!park(waiting)) return false;
    event_->waiting_.push_back(*this);
    return true;
  }
  void await_resume() const { finish().value(); }

  /// The outcome of the completed wait.
  result<void> finish() const {
    if (!came_) return error::cancelled();
    return {};
  }

 private:
  friend class manual_reset_event;
  template <class, class>
  friend class detail::intrusive_list;
  void on_stop() noexcept override {
    hook::unlink();
    wake();
  }

  manual_reset_event* event_;
  bool came_ = false;
};

inline manual_reset_event::wait_operation manual_reset_event::wait() noexcept {
  return wait_operation(*this);
}

inline void manual_reset_event::set() noexcept {
  set_ = true;
  while (!waiting_.empty()) {
    wait_operation& waiter = waiting_.pop_front();
    waiter.came_ = true;
    waiter.wake();
  }
}

}  // namespace weir
