// SPDX-License-Identifier: Apache-2.0
#include "weir/resilience/detail/rolling_counts.hpp"

#include "weir/assert.hpp"

namespace weir::detail {

rolling_counts::rolling_counts(duration window) noexcept : slice_length_(window / slice_count) {
  WEIR_ASSERT(slice_length_ > duration::zero());
}

std::int64_t rolling_counts::number_at(time_point when) const noexcept {
  return when.time_since_epoch() / slice_length_;
}

void rolling_counts::add(time_point now, bool failed) noexcept {
  const std::int64_t number = number_at(now);
  slice& current = slices_[static_cast<std::size_t>(number % slice_count)];
  if (current.number != number) current = {.number = number, .sum = {}};
  ++current.sum.calls;
  if (failed) ++current.sum.failures;
}

rolling_counts::counts rolling_counts::within(time_point now) const noexcept {
  const std::int64_t number = number_at(now);
  counts total;
  for (const slice& one : slices_) {
    if (one.number <= number - slice_count) continue;
    total.calls += one.sum.calls;
    total.failures += one.sum.failures;
  }
  return total;
}

}  // namespace weir::detail
