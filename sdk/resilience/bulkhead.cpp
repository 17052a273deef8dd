// SPDX-License-Identifier: Apache-2.0
#include "weir/resilience/bulkhead.hpp"

#include "require.hpp"
#include "span_text.hpp"
#include "weir/resilience/detail/count_guard.hpp"

namespace weir {
namespace {

bulkhead_options checked(bulkhead_options options) {
  const std::string where = "bulkhead '" + options.name + "': ";
  detail::require(options.at_once > 0, where + "at_once must be positive, or nothing ever runs");
  detail::require(options.wait_max > duration::zero(),
                  where + "wait_max must be positive; for no waiting give waiting_max = 0");
  return options;
}

}  // namespace

bulkhead::bulkhead(bulkhead_options options)
    : options_(checked(std::move(options))), free_(options_.at_once) {}

task<bulkhead::place> bulkhead::enter() {
  if (free_.try_acquire()) co_return place(free_, 1);
  const std::string full = "bulkhead '" + options_.name + "': " + std::to_string(options_.at_once) +
                           " run at the same time, and ";
  if (waiting_ >= options_.waiting_max) {
    throw error(errc::limit_exceeded, disposition::retry,
                full + std::to_string(waiting_) + " wait: no more may");
  }
  const detail::count_guard counted(waiting_);
  const auto waited = co_await with_timeout(options_.wait_max, free_.acquire()).as_result();
  if (waited.has_value()) co_return place(free_, 1);
  if (!waited.error().is(errc::deadline_exceeded)) throw waited.error();
  throw error(errc::limit_exceeded, disposition::retry,
              full + "none of them has ended within " + detail::span_text(options_.wait_max));
}

std::string bulkhead::describe() const {
  std::string text = "at most " + std::to_string(options_.at_once) + " at a time";
  if (options_.waiting_max == 0) return text + ", none waits";
  text += ", " + std::to_string(options_.waiting_max) + " wait";
  if (options_.wait_max != duration::max()) {
    text += " for up to " + detail::span_text(options_.wait_max);
  }
  return text;
}

}  // namespace weir
