// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "weir/loop.hpp"
#include "weir/resilience/adaptive_limit.hpp"
#include "weir/resilience/detail/count_guard.hpp"
#include "weir/resilience/detail/work.hpp"

namespace weir {

/// A guard that refuses work at once when as much runs as is allowed: a fixed number, or one that
/// is learnt from latencies. Nobody waits; who would rather wait a little takes a bulkhead.
///
/// For one loop; must outlive its runs.
///
///     weir::load_shed search("search", weir::adaptive_limit({.max = 200}));
///     const hits found = co_await search.run(find(words));
class load_shed {
 public:
  /// `name` stands in errors. Throws `invalid_argument` unless `at_once` is from 1 to
  /// adaptive_limit_options::limit_max.
  load_shed(std::string name, std::size_t at_once);
  load_shed(std::string name, const adaptive_limit& limit)
      : name_(std::move(name)), limit_(limit) {}
  load_shed(const load_shed&) = delete;
  load_shed& operator=(const load_shed&) = delete;

  /// Runs `work`, an awaitable or a function that makes one, or throws `limit_exceeded` (retry)
  /// without having begun it.
  ///
  /// An error that tells_of_trouble() makes an adaptive limit smaller; a cancellation tells it
  /// nothing, so a time limit belongs inside.
  template <class Work>
  task<detail::work_value<Work>> run(Work work) {
    check_room();
    const detail::count_guard counted(in_flight_);
    const time_point began = loop::current().now();
    const std::size_t beside = in_flight_;
    const auto tell = [this, began, beside](const error* why) noexcept {
      record(began, beside, why);
    };
    co_return co_await detail::run_observed(std::move(work), tell);
  }

  std::size_t in_flight() const noexcept { return in_flight_; }
  std::size_t limit() const noexcept { return limit_.limit(); }
  /// For people: "at most 8 at a time, more are refused".
  std::string describe() const;

 private:
  void check_room() const;
  void record(time_point began, std::size_t beside, const error* why) noexcept;

  std::string name_;
  adaptive_limit limit_;
  std::size_t in_flight_ = 0;
};

}  // namespace weir
