// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "weir/rate_limiter.hpp"
#include "weir/resilience/detail/work.hpp"

namespace weir {

/// How often calls begin, and how many wait for their turn.
struct rate_limit_options {
  std::string name = "unnamed";            ///< Stands in errors.
  std::size_t calls = 1;                   ///< So many begin in each `per`.
  duration per = std::chrono::seconds(1);  ///< At least a nanosecond for each call.
  std::size_t burst = 1;                   ///< So many at once, after a quiet time.
  std::size_t waiting_max = 1024;          ///< So many may wait; who comes then is refused.
};

/// A guard that lets calls begin at a steady rate: weir::rate_limiter as a guard, with a bound for
/// those who wait.
///
/// Counts the calls of this program alone: what several programs may call together is for the
/// server to limit. For one loop; must outlive its runs.
///
///     weir::rate_limit geocoding({.name = "geocoding", .calls = 50, .burst = 10});
///     const place found = co_await geocoding.run(locate(address));
class rate_limit {
 public:
  /// Throws `invalid_argument` for options that cannot work.
  explicit rate_limit(rate_limit_options options);

  /// Runs `work`, an awaitable or a function that makes one, when its turn comes. Throws
  /// `limit_exceeded` (retry), without having begun it, where too many wait. When cancelled while
  /// it waits it has used up no turn.
  template <class Work>
  task<detail::work_value<Work>> run(Work work) {
    co_await take_turn();
    co_return co_await detail::begin_work(work);
  }

  std::size_t waiting() const noexcept { return waiting_; }
  /// For people: "50 each 1s, 10 at once".
  std::string describe() const;

 private:
  task<> take_turn();

  rate_limit_options options_;
  rate_limiter turns_;
  std::size_t waiting_ = 0;
};

}  // namespace weir
