// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "weir/resilience/detail/work.hpp"
#include "weir/timeout.hpp"

namespace weir {

/// A guard that lets work run for so long, counted from when it is awaited: with_timeout() as a
/// value, for guarded().
///
/// Its place among other guards says what it limits: within a retry it is one attempt, around it
/// all of them and the waits between. Within a circuit breaker it makes slow calls failures; around
/// it they are cancellations, which the breaker does not count.
class time_limit {
 public:
  explicit constexpr time_limit(duration limit) noexcept : limit_(limit) {}

  /// Runs `work`, an awaitable or a function that makes one; throws `deadline_exceeded` (retry),
  /// after the work was cancelled and has ended, where it took too long.
  template <class Work>
  task<detail::work_value<Work>> run(Work work) const {
    return with_timeout(limit_, detail::run_work(std::move(work)));
  }

  /// For people: "2s".
  std::string describe() const;

 private:
  duration limit_;
};

}  // namespace weir
