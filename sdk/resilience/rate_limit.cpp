// SPDX-License-Identifier: Apache-2.0
#include "weir/resilience/rate_limit.hpp"

#include "require.hpp"
#include "span_text.hpp"
#include "weir/resilience/detail/count_guard.hpp"

namespace weir {
namespace {

rate_limit_options checked(rate_limit_options options) {
  const std::string where = "rate limit '" + options.name + "': ";
  detail::require(options.calls > 0, where + "calls must be positive, or none ever begins");
  detail::require(options.per > duration::zero() &&
                      options.calls <= static_cast<std::size_t>(options.per.count()),
                  where + "calls must be at least a nanosecond apart");
  const duration interval = options.per / static_cast<duration::rep>(options.calls);
  detail::require(
      options.burst > 0 && options.burst <= static_cast<std::size_t>(duration::max() / interval),
      where + "burst must be positive, and come together within 292 years");
  return options;
}

}  // namespace

rate_limit::rate_limit(rate_limit_options options)
    : options_(checked(std::move(options))), turns_(options_.calls, options_.per, options_.burst) {}

task<> rate_limit::take_turn() {
  if (turns_.try_acquire()) co_return;
  if (waiting_ >= options_.waiting_max) {
    throw error(errc::limit_exceeded, disposition::retry,
                "rate limit '" + options_.name + "', " + describe() + ": " +
                    std::to_string(waiting_) + " wait for their turn: no more may");
  }
  const detail::count_guard counted(waiting_);
  co_await turns_.acquire();
}

std::string rate_limit::describe() const {
  return std::to_string(options_.calls) + " each " + detail::span_text(options_.per) + ", " +
         std::to_string(options_.burst) + " at once";
}

}  // namespace weir
