// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/detail/with_result.hpp"
#include "weir/loop.hpp"

namespace weir {

/// The wait of sleep() and sleep_until().
class [[nodiscard]] sleep_operation final : public detail::suspension, private detail::timer {
 public:
  static constexpr bool is_selectable = true;

  explicit sleep_operation(time_point when) noexcept : when_(when) {}

  auto as_result() && { return detail::with_result<sleep_operation>(std::move(*this)); }

  bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> waiting) {
    if (!park(waiting)) return false;
    home().timers().arm(*this, when_);
    return true;
  }
  void await_resume() const { finish().value(); }

  /// The outcome of the completed wait.
  result<void> finish() const {
    if (!elapsed_) return error::cancelled();
    return {};
  }

 private:
  void on_timer() noexcept override {
    elapsed_ = true;
    wake();
  }
  void on_stop() noexcept override {
    home().timers().disarm(*this);
    wake();
  }

  time_point when_;
  bool elapsed_ = false;
};

/// Suspends until the loop's clock shows `when`. Throws when cancelled.
///
/// Of sleeps that end in the same turn of the loop the earlier moment goes first, and of those of
/// the same moment the one that began first.
inline sleep_operation sleep_until(time_point when) noexcept { return sleep_operation(when); }

/// Suspends for `wait`, never less. Throws when cancelled.
inline sleep_operation sleep(duration wait) noexcept {
  return sleep_operation(saturating_add(loop::current().now(), wait));
}

}  // namespace weir
