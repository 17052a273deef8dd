// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "weir/detail/with_result.hpp"
#include "weir/loop.hpp"

namespace weir::detail {

/// Wakes the one task that waits for it to look again; without one a ring passes unheard.
///
/// The task looks first and then waits. On one loop nothing can happen in between, so no ring that
/// matters is missed.
class bell {
 public:
  class [[nodiscard]] wait_operation;

  bell() = default;
  bell(const bell&) = delete;
  bell& operator=(const bell&) = delete;

  void ring() noexcept;

  /// Suspends until the next ring, `until` at the latest: true for a ring, false where it was late.
  /// Throws when cancelled.
  wait_operation wait(time_point until = time_point::max()) noexcept;

 private:
  wait_operation* waiting_ = nullptr;
};

/// The wait of bell::wait().
class bell::wait_operation final : public suspension, private timer {
 public:
  wait_operation(bell& awaited, time_point until) noexcept : bell_(&awaited), until_(until) {}

  auto as_result() && { return with_result<wait_operation>(std::move(*this)); }

  bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> waiting) {
    WEIR_ASSERT(bell_->waiting_ == nullptr);
    if (!park(waiting)) return false;
    bell_->waiting_ = this;
    if (until_ != time_point::max()) home().timers().arm(*this, until_);
    return true;
  }
  bool await_resume() const { return finish().value(); }

  /// The outcome of the completed wait.
  result<bool> finish() const {
    if (outcome_ == outcome::stopped) return error::cancelled();
    return outcome_ == outcome::rung;
  }

 private:
  friend class bell;
  enum class outcome : unsigned char { stopped, rung, late };

  void end(outcome why) noexcept {
    outcome_ = why;
    bell_->waiting_ = nullptr;
    home().timers().disarm(*this);
    wake();
  }
  void on_timer() noexcept override { end(outcome::late); }
  void on_stop() noexcept override { end(outcome::stopped); }

  bell* bell_;
  time_point until_;
  outcome outcome_ = outcome::stopped;
};

inline bell::wait_operation bell::wait(time_point until) noexcept { return {*this, until}; }

inline void bell::ring() noexcept {
  if (waiting_ != nullptr) waiting_->end(wait_operation::outcome::rung);
}

}  // namespace weir::detail
