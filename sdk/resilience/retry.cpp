// SPDX-License-Identifier: Apache-2.0
#include "weir/resilience/retry.hpp"

#include <algorithm>

#include "counted.hpp"
#include "require.hpp"
#include "span_text.hpp"

namespace weir {
namespace detail {

retry_row::retry_row(const retry_policy& policy, const stop_context* stop)
    : policy_(policy), limit_(saturating_add(loop::current().now(), policy.limit())) {
  end_ = stop == nullptr ? limit_ : std::min(limit_, stop->deadline());
}

duration retry_row::next_wait(const std::exception_ptr& failure) {
  ++failures_;
  if (is_cancellation(failure)) std::rethrow_exception(failure);
  const error last = to_error(failure);
  if (!policy_.is_retried(last)) std::rethrow_exception(failure);
  if (failures_ >= policy_.attempts()) give_up(failure, last, "");

  loop& here = loop::current();
  previous_wait_ = policy_.backoff().delay(failures_, here.random(), previous_wait_);
  // Whoever waits in vain keeps what it holds from others, and its caller from the true cause.
  if (end_ != time_point::max() && saturating_add(here.now(), previous_wait_) >= end_) {
    give_up(failure, last, ", since the next would not begin before the deadline");
  }
  return previous_wait_;
}

void retry_row::give_up(const std::exception_ptr& failure, const error& last,
                        const std::string& why) const {
  if (policy_.attempts() == 1) std::rethrow_exception(failure);
  throw error(last.code(), last.disposition(),
              last.message() + "; gave up after " + counted(failures_, "attempt") + why);
}

}  // namespace detail

retry_policy::retry_policy(std::size_t attempts, const weir::backoff& waits)
    : attempts_(attempts), backoff_(waits) {
  detail::require(attempts > 0 && attempts <= attempts_max,
                  "retry_policy: " + std::to_string(attempts) + " attempts; must be from 1 to " +
                      std::to_string(attempts_max));
}

retry_policy retry_policy::within(duration limit) const {
  detail::require(limit > duration::zero(), "retry_policy: within() must be positive");
  retry_policy copy = *this;
  copy.limit_ = limit;
  return copy;
}

retry_policy retry_policy::only_if(error_predicate is_retried) const {
  detail::require(is_retried != nullptr, "retry_policy: only_if() needs a function");
  retry_policy copy = *this;
  copy.is_retried_ = std::move(is_retried);
  return copy;
}

std::string retry_policy::describe() const {
  std::string text =
      "retry, " + detail::counted(attempts_, "attempt") + ", " + backoff_.to_string();
  if (limit_ != duration::max()) text += ", within " + detail::span_text(limit_);
  return text;
}

}  // namespace weir
