// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>

#include "weir/mutex.hpp"
#include "weir/sleep.hpp"
#include "weir/task.hpp"

namespace weir {

/// Tokens that come at a steady rate into a bucket, and tasks of one loop that take them; first
/// come, first served.
///
/// Must outlive its waiters.
///
///     weir::rate_limiter calls(100, 1s, 10);  // 100 a second, up to 10 of them at once
///     co_await calls.acquire();
class rate_limiter {
 public:
  /// `tokens` come in each `per`, at least one a nanosecond apart; the bucket holds `burst`, and is
  /// full at first.
  rate_limiter(std::size_t tokens, duration per, std::size_t burst) noexcept
      : interval_(per / static_cast<duration::rep>(tokens)),
        bucket_(interval_ * static_cast<duration::rep>(burst)) {
    WEIR_ASSERT(interval_ > duration::zero() && burst > 0);
  }

  /// Suspends until `tokens` are there, and takes them; not more than the bucket holds. Throws,
  /// with none taken, when cancelled.
  task<> acquire(std::size_t tokens = 1) {
    const duration cost = interval_ * static_cast<duration::rep>(tokens);
    WEIR_ASSERT(cost <= bucket_);
    const auto turn = co_await turns_.lock();
    const time_point now = loop::current().now();
    const time_point full_then = std::max(full_at_, now) + cost;
    if (full_then - now > bucket_) co_await sleep(full_then - now - bucket_);
    full_at_ = full_then;
  }

  /// Takes `tokens` if they are there and nobody waits; true when it did.
  bool try_acquire(std::size_t tokens = 1) noexcept {
    const duration cost = interval_ * static_cast<duration::rep>(tokens);
    const time_point now = loop::current().now();
    const time_point full_then = std::max(full_at_, now) + cost;
    if (turns_.is_locked() || full_then - now > bucket_) return false;
    full_at_ = full_then;
    return true;
  }

 private:
  const duration interval_;  ///< Between two tokens.
  const duration bucket_;    ///< What it takes to fill it.
  mutex turns_;
  time_point full_at_{};  ///< When the bucket is full if nobody takes any more.
};

}  // namespace weir
