// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "weir/detail/with_result.hpp"
#include "weir/loop.hpp"

namespace weir {

/// A point that a number of tasks of one loop pass together, again and again.
///
/// Must outlive its waiters.
class barrier {
 public:
  class [[nodiscard]] arrive_operation;

  /// `parties` tasks pass together; at least one.
  explicit barrier(std::size_t parties) noexcept : parties_(parties) { WEIR_ASSERT(parties > 0); }
  barrier(const barrier&) = delete;
  barrier& operator=(const barrier&) = delete;

  /// How many have arrived and wait for the others.
  std::size_t arrived() const noexcept { return arrived_; }

  /// Suspends until as many tasks as there are parties have arrived; then all of them go on, in the
  /// order they came. Throws when cancelled first, and has not arrived then.
  arrive_operation arrive_and_wait() noexcept;

 private:
  class hook : public detail::list_hook {};
  void open() noexcept;

  detail::intrusive_list<arrive_operation, hook> waiting_;
  const std::size_t parties_;
  std::size_t arrived_ = 0;
};

/// The wait of barrier::arrive_and_wait().
class barrier::arrive_operation final : public detail::suspension, private barrier::hook {
 public:
  static constexpr bool is_selectable = true;

  explicit arrive_operation(barrier& at) noexcept : barrier_(&at) {}

  auto as_result() && { return detail::with_result<arrive_operation>(std::move(*this)); }

  bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> waiting) noexcept {
    if (!park(waiting)) return false;
    barrier_->waiting_.push_back(*this);
    if (++barrier_->arrived_ == barrier_->parties_) barrier_->open();
    return true;
  }
  void await_resume() const { finish().value(); }

  /// The outcome of the completed wait.
  result<void> finish() const {
    if (!passed_) return error::cancelled();
    return {};
  }

 private:
  friend class barrier;
  template <class, class>
  friend class detail::intrusive_list;
  void on_stop() noexcept override {
    hook::unlink();
    --barrier_->arrived_;
    wake();
  }

  barrier* barrier_;
  bool passed_ = false;
};

inline barrier::arrive_operation barrier::arrive_and_wait() noexcept {
  return arrive_operation(*this);
}

inline void barrier::open() noexcept {
  while (!waiting_.empty()) {
    arrive_operation& party = waiting_.pop_front();
    --arrived_;
    party.passed_ = true;
    party.wake();
  }
}

}  // namespace weir
