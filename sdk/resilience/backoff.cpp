// SPDX-License-Identifier: Apache-2.0
#include "weir/resilience/backoff.hpp"

#include <algorithm>

#include "span_text.hpp"
#include "weir/detail/split_mix.hpp"

namespace weir {
namespace {

/// After so many draws a row of decorrelated waits has forgotten how it began.
constexpr std::uint64_t derived_draws_max = 64;

duration sum_up_to(duration limit, duration one, duration other) noexcept {
  return one > limit - other ? limit : one + other;
}

/// Evenly from (0, span].
duration up_to(duration span, std::uint64_t random) noexcept {
  if (span <= duration::zero()) return span;
  return duration(1 + static_cast<std::int64_t>(random % static_cast<std::uint64_t>(span.count())));
}

}  // namespace

duration backoff::grown(std::uint64_t failures) const noexcept {
  // Nothing grows out of zero; of a nanosecond each loop is at any limit within a hundred rounds.
  if (base_ == duration::zero() || growth_ == growth::fixed) return base_;
  duration before = growth_ == growth::fibonacci ? duration::zero() : base_;
  duration wait = base_;
  for (std::uint64_t grown = 1; grown < failures && wait < limit_; ++grown) {
    const duration next = sum_up_to(limit_, wait, before);
    before = growth_ == growth::fibonacci ? wait : next;
    wait = next;
  }
  return wait;
}

duration backoff::decorrelated(duration previous, std::uint64_t random) const noexcept {
  const duration before = std::clamp(previous, base_, limit_);
  const duration longest = before > limit_ / 3 ? limit_ : before * 3;
  const auto choices = static_cast<std::uint64_t>((longest - base_).count()) + 1;
  return base_ + duration(static_cast<std::int64_t>(random % choices));
}

duration backoff::delay(std::uint64_t failures, std::uint64_t random,
                        duration previous) const noexcept {
  if (jitter_ == jitter::decorrelated) return decorrelated(previous, random);
  const duration wait = grown(failures);
  if (jitter_ == jitter::full) return up_to(wait, random);
  if (jitter_ == jitter::equal) return wait / 2 + up_to(wait - wait / 2, random);
  return wait;
}

duration backoff::delay(std::uint64_t failures, std::uint64_t random) const noexcept {
  if (jitter_ != jitter::decorrelated) return delay(failures, random, duration::zero());
  detail::split_mix draws(random);
  duration wait = duration::zero();
  const std::uint64_t count = std::clamp<std::uint64_t>(failures, 1, derived_draws_max);
  for (std::uint64_t drawn = 0; drawn < count; ++drawn) wait = decorrelated(wait, draws.next());
  return wait;
}

std::string backoff::to_string() const {
  std::string text = growth_ == growth::fixed       ? "fixed "
                     : growth_ == growth::fibonacci ? "fibonacci "
                                                    : "exponential ";
  text += detail::span_text(base_);
  if (growth_ != growth::fixed) text += ".." + detail::span_text(limit_);
  switch (jitter_) {
    case jitter::none:
      return text;
    case jitter::full:
      return text + ", full jitter";
    case jitter::equal:
      return text + ", equal jitter";
    case jitter::decorrelated:
      return text + ", decorrelated jitter";
  }
  return text;
}

}  // namespace weir
