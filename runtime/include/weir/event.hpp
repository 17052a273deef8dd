// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/detail/with_result.hpp"
#include "weir/loop.hpp"

namespace weir {

/// A flag that tasks of one loop wait for; it stays set until reset.
///
/// set() wakes all that wait, in the order they came. Must outlive its waiters.
class event {
 public:
  class [[nodiscard]] wait_operation;

  event() = default;
  event(const event&) = delete;
  event& operator=(const event&) = delete;

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

/// The wait of event::wait().
class event::wait_operation final : public detail::suspension, private event::hook {
 public:
  static constexpr bool is_selectable = true;

  explicit wait_operation(event& awaited) noexcept : event_(&awaited) {}

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
  friend class event;
  template <class, class>
  friend class detail::intrusive_list;
  void on_stop() noexcept override {
    hook::unlink();
    wake();
  }

  event* event_;
  bool came_ = false;
};

inline event::wait_operation event::wait() noexcept { return wait_operation(*this); }

inline void event::set() noexcept {
  set_ = true;
  while (!waiting_.empty()) {
    wait_operation& waiter = waiting_.pop_front();
    waiter.came_ = true;
    waiter.wake();
  }
}

}  // namespace weir
