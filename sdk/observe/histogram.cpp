// SPDX-License-Identifier: Apache-2.0
#include "weir/observe/histogram.hpp"

#include <algorithm>
#include <bit>

namespace weir {
namespace {

constexpr unsigned step_bits = 3;

/// Values below 8 have a bucket each; above, the power of two and the next three bits choose it.
std::size_t bucket_of(std::uint64_t value) noexcept {
  const unsigned width = static_cast<unsigned>(std::bit_width(value | 1U));
  if (width <= step_bits) return value;
  const unsigned shift = width - 1 - step_bits;
  const std::uint64_t step = (value >> shift) & ((1U << step_bits) - 1);
  return ((shift + 1U) << step_bits) + step;
}

/// The upper end of a bucket.
std::uint64_t end_of(std::size_t bucket) noexcept {
  const std::uint64_t power = bucket >> step_bits;
  const std::uint64_t step = bucket & ((1U << step_bits) - 1);
  if (power == 0) return step;
  return ((step + (1U << step_bits) + 1) << (power - 1)) - 1;
}

}  // namespace

void histogram::record(duration value) noexcept {
  const auto nanoseconds = static_cast<std::uint64_t>(std::max<std::int64_t>(value.count(), 0));
  ++buckets_[std::min(bucket_of(nanoseconds), buckets_.size() - 1)];
  ++count_;
}

void histogram::add(const histogram& other) noexcept {
  for (std::size_t bucket = 0; bucket < buckets_.size(); ++bucket) {
    buckets_[bucket] += other.buckets_[bucket];
  }
  count_ += other.count_;
}

duration histogram::quantile(double fraction) const noexcept {
  if (count_ == 0) return duration::zero();
  const auto wanted = static_cast<std::uint64_t>(fraction * static_cast<double>(count_ - 1)) + 1;
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < buckets_.size(); ++bucket) {
    seen += buckets_[bucket];
    if (seen >= wanted) return duration(static_cast<std::int64_t>(end_of(bucket)));
  }
  return duration(static_cast<std::int64_t>(end_of(buckets_.size() - 1)));
}

}  // namespace weir
