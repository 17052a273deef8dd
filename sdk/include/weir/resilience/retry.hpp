// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "weir/resilience/backoff.hpp"
#include "weir/resilience/detail/work.hpp"
#include "weir/resilience/error_predicate.hpp"
#include "weir/sleep.hpp"
#include "weir/timeout.hpp"

namespace weir {

class retry_policy;

namespace detail {

/// One row of attempts: what has failed so far, and whether there is another one.
class retry_row {
 public:
  retry_row(const retry_policy& policy, const stop_context* stop);

  /// When the policy's own limit for all attempts ends.
  time_point limit() const noexcept { return limit_; }
  /// How long to wait after an attempt that failed; throws its failure if there is no other one.
  duration next_wait(const std::exception_ptr& failure);

 private:
  [[noreturn]] void give_up(const std::exception_ptr& failure, const error& last,
                            const std::string& why) const;

  const retry_policy& policy_;
  time_point limit_;
  time_point end_;  ///< No attempt begins at or after it.
  std::uint64_t failures_ = 0;
  duration previous_wait_{};
};

}  // namespace detail

/// How often something is tried, how long to wait between, and for which errors. A value; each
/// setter gives a changed copy.
///
///     const auto patient = weir::retry_policy(5, weir::exponential(100ms, 10s).full_jitter())
///                              .within(30s);
///     const quote best = co_await weir::retry(patient, [&] { return ask_for_quote(item); });
class retry_policy {
 public:
  static constexpr std::size_t attempts_max = 1'000'000;

  /// `attempts` counts the first one. Throws `invalid_argument` unless it is 1 to attempts_max.
  explicit retry_policy(std::size_t attempts,
                        const weir::backoff& waits = exponential(std::chrono::milliseconds(100),
                                                                 std::chrono::seconds(10))
                                                         .full_jitter());

  /// All attempts and the waits between them end within `limit` of the first one's beginning: then
  /// the running attempt is cancelled.
  retry_policy within(duration limit) const;
  /// Only errors for which `is_retried` is true are retried; else those that is_transient() names.
  retry_policy only_if(error_predicate is_retried) const;

  /// Awaits what `make()` gives, and makes another one after each failure that is retried.
  ///
  /// `make` is kept until the end, so a lambda that is a coroutine may capture; the policy must
  /// outlive the run. A cancellation is passed on and never retried; so is an error that is not to
  /// be retried, as it is. After the last attempt throws a weir::error of the last one's code and
  /// disposition, with the number of attempts in its text. Does the same, without waiting, where
  /// the wait would not end before the deadline around it or that of within().
  template <class Make>
  task<detail::work_value<Make>> run(Make make) const {
    static_assert(std::is_invocable_v<Make&>,
                  "weir: a retry takes a function that begins an attempt, since a task can be "
                  "awaited once only");
    detail::retry_row row(*this, co_await detail::current_stop{});
    for (;;) {
      std::exception_ptr failure;
      try {
        co_return co_await with_deadline(row.limit(), detail::run_work(std::ref(make)));
      } catch (...) {
        failure = std::current_exception();
      }
      co_await sleep(row.next_wait(failure));
    }
  }

  std::size_t attempts() const noexcept { return attempts_; }
  const weir::backoff& backoff() const noexcept { return backoff_; }
  /// The longest duration where there is none.
  duration limit() const noexcept { return limit_; }
  bool is_retried(const error& failure) const { return is_retried_(failure); }
  /// For people: "retry, 5 attempts, exponential 100ms..10s, full jitter, within 30s".
  std::string describe() const;

 private:
  std::size_t attempts_;
  weir::backoff backoff_;
  duration limit_ = duration::max();
  error_predicate is_retried_ = is_transient;
};

/// Awaits what `make()` gives until it succeeds, as `policy` says: retry_policy::run(), with a
/// policy that is kept until the end.
template <class Make>
task<detail::work_value<Make>> retry(retry_policy policy, Make make) {
  co_return co_await policy.run(std::move(make));
}

}  // namespace weir
