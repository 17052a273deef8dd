// SPDX-License-Identifier: Apache-2.0
#include "weir/service/schedule.hpp"

#include <fmt/format.h>

namespace weir {
namespace {

constexpr duration period_min = std::chrono::seconds(1);

void require(bool holds, const std::string& name, std::string_view text) {
  if (holds) return;
  throw error(errc::invalid_argument, disposition::permanent,
              fmt::format("schedule '{}': {}", name, text));
}

}  // namespace

schedule& schedule::every(duration period) {
  require(period >= period_min, name_, "every() is for a second or more");
  period_ = period;
  times_.reset();
  return *this;
}

schedule& schedule::at(cron times) {
  times_ = std::move(times);
  return *this;
}

schedule& schedule::deadline(duration limit) {
  require(limit > duration::zero(), name_, "deadline() must be positive");
  deadline_ = limit;
  return *this;
}

timestamp schedule::next(timestamp after) const {
  if (times_) return times_->next(after);
  require(period_ > duration::zero(), name_, "say when: every() or at()");
  const auto period = std::chrono::duration_cast<std::chrono::microseconds>(period_);
  return timestamp((after.time_since_epoch() / period + 1) * period);
}

std::string schedule::describe() const {
  if (times_) return fmt::format("{} at {} (cron, UTC)", name_, times_->text());
  return fmt::format("{} every {:g} s", name_, std::chrono::duration<double>(period_).count());
}

}  // namespace weir
