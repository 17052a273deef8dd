// SPDX-License-Identifier: Apache-2.0
#include "latency_histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace weir::tools {
namespace {

constexpr unsigned fine_bits = 11;  // 2048 values in a row have a bucket of their own
constexpr std::uint64_t fine = std::uint64_t{1} << fine_bits;
constexpr std::uint64_t half = fine / 2;
constexpr std::int64_t value_max =
    std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::hours(1)).count();
constexpr unsigned steps_max = 1000;  // far more than the halvings of any count

constexpr std::size_t bucket_of(std::uint64_t value) noexcept {
  const auto bits = static_cast<unsigned>(std::bit_width(value | (fine - 1)));
  const unsigned shift = bits - fine_bits;
  return static_cast<std::size_t>(shift * half + (value >> shift));
}

/// The largest value of a bucket.
constexpr std::int64_t end_of(std::size_t bucket) noexcept {
  if (bucket < fine) return static_cast<std::int64_t>(bucket);
  const std::uint64_t shift = bucket / half - 1;
  const std::uint64_t place = bucket % half + half;
  return static_cast<std::int64_t>(((place + 1) << shift) - 1);
}

}  // namespace

latency_histogram::latency_histogram()
    : buckets_(bucket_of(static_cast<std::uint64_t>(value_max)) + 1) {}

void latency_histogram::record(duration value) noexcept {
  const std::int64_t whole = std::chrono::duration_cast<std::chrono::nanoseconds>(value).count();
  const std::int64_t kept = std::clamp<std::int64_t>(whole, 0, value_max);
  ++buckets_[bucket_of(static_cast<std::uint64_t>(kept))];
  ++count_;
  max_ = std::max(max_, kept);
  sum_ += static_cast<double>(kept);
}

void latency_histogram::add(const latency_histogram& other) noexcept {
  for (std::size_t at = 0; at < buckets_.size(); ++at) buckets_[at] += other.buckets_[at];
  count_ += other.count_;
  max_ = std::max(max_, other.max_);
  sum_ += other.sum_;
}

void latency_histogram::clear() noexcept {
  std::ranges::fill(buckets_, 0);
  count_ = 0;
  max_ = 0;
  sum_ = 0;
}

duration latency_histogram::mean() const noexcept {
  if (count_ == 0) return duration::zero();
  return duration(static_cast<duration::rep>(sum_ / static_cast<double>(count_)));
}

duration latency_histogram::quantile(double fraction) const noexcept {
  const double wanted = std::ceil(std::clamp(fraction, 0.0, 1.0) * static_cast<double>(count_));
  const auto rank = std::max<std::uint64_t>(static_cast<std::uint64_t>(wanted), 1);
  std::uint64_t seen = 0;
  for (std::size_t at = 0; at < buckets_.size(); ++at) {
    seen += buckets_[at];
    if (seen >= rank) return duration(std::min(end_of(at), max_));
  }
  return duration(max_);
}

std::vector<latency_histogram::step> latency_histogram::steps(unsigned ticks) const {
  std::vector<step> lines;
  if (count_ == 0) return lines;
  double wanted = 0;
  double halving = 1;
  std::uint64_t seen = 0;
  for (std::size_t at = 0; at < buckets_.size() && lines.size() < steps_max; ++at) {
    if (buckets_[at] == 0) continue;
    seen += buckets_[at];
    const double reached = static_cast<double>(seen) / static_cast<double>(count_);
    if (reached < wanted && seen < count_) continue;
    lines.push_back({duration(std::min(end_of(at), max_)), reached, seen});
    while (wanted <= reached && seen < count_) {
      if (wanted >= 1 - halving / 2) halving /= 2;
      wanted += halving / ticks / 2;
    }
  }
  return lines;
}

}  // namespace weir::tools
