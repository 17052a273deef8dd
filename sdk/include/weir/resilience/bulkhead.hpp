// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "weir/detail/permits.hpp"
#include "weir/resilience/detail/work.hpp"
#include "weir/timeout.hpp"

namespace weir {

/// How many pass a bulkhead, and how many wait before it.
struct bulkhead_options {
  std::string name = "unnamed";  ///< Stands in errors.
  std::size_t at_once = 1;       ///< So many run at a time.
  std::size_t waiting_max = 0;   ///< So many may wait for a place; who comes then is refused.
  duration wait_max = duration::max();  ///< Who has waited for so long is refused.
};

/// A limit of what runs at the same time, with a queue before it that is bounded in length and
/// time; first come, first served.
///
/// So one slow resource cannot take all connections, memory and tasks of the program. For one loop;
/// must outlive its runs, places and waiters.
///
///     weir::bulkhead reports({.name = "reports", .at_once = 8, .waiting_max = 100});
///     const report made = co_await reports.run(make_report(month));
class bulkhead {
 public:
  /// One of the places; free again when this is destroyed.
  using place = detail::permits;

  /// Throws `invalid_argument` for options that cannot work.
  explicit bulkhead(bulkhead_options options);

  /// Runs `work`, an awaitable or a function that makes one, in a place of its own. Suspends and
  /// throws as enter() does, before the work begins.
  template <class Work>
  task<detail::work_value<Work>> run(Work work) {
    const place held = co_await enter();
    co_return co_await detail::begin_work(work);
  }

  /// Takes a place; suspends while there is none. Throws `limit_exceeded` (retry) where too many
  /// wait, or after it has waited for too long; holds nothing when it throws, or is cancelled.
  task<place> enter();

  std::size_t in_use() const noexcept { return options_.at_once - free_.available(); }
  std::size_t waiting() const noexcept { return waiting_; }
  /// For people: "at most 8 at a time, 100 wait for up to 1s".
  std::string describe() const;

 private:
  bulkhead_options options_;
  semaphore free_;
  std::size_t waiting_ = 0;
};

}  // namespace weir
