// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "weir/assert.hpp"
#include "weir/clock.hpp"

namespace weir {

/// How long to wait before the next attempt, by how many have failed: a value, which waits itself
/// for nothing.
///
///     weir::exponential(1s, 5min).full_jitter()
///
/// Waits are never longer than the limit, whatever the number of failures. Without jitter, many
/// that failed together come back together.
class backoff {
 public:
  /// Draws each wait evenly from (0, wait]: spreads the most, and waits half as long on average.
  constexpr backoff full_jitter() const noexcept { return with(jitter::full); }
  /// Draws each wait evenly from (wait / 2, wait]: for who must not come back at once.
  constexpr backoff equal_jitter() const noexcept { return with(jitter::equal); }
  /// Draws each wait evenly from [base, 3 * the wait before], at most the limit; the first as if
  /// the one before had been `base`. The waits grow by chance, so how they would grow without
  /// jitter is not looked at.
  constexpr backoff decorrelated_jitter() const noexcept { return with(jitter::decorrelated); }

  /// The wait after the `failures`-th failure, counted from 1; `random` is any 64 random bits.
  ///
  /// For who keeps nothing between two attempts, as with redeliveries by a server. The wait before,
  /// from which decorrelated jitter draws, is derived: all waits of the row are drawn once more
  /// from `random`. So waits have the lengths that they would have in a row that is remembered, but
  /// one may be less than a third of the one that was in fact before it. Who gives the same
  /// `random` for the same thing, such as a hash of its id, goes through one row.
  duration delay(std::uint64_t failures, std::uint64_t random) const noexcept;
  /// The same for who knows how long the wait before was (zero: there was none).
  duration delay(std::uint64_t failures, std::uint64_t random, duration previous) const noexcept;

  /// For people: "exponential 1s..5min, full jitter".
  std::string to_string() const;

  bool operator==(const backoff&) const = default;

 private:
  enum class growth : unsigned char { fixed, fibonacci, exponential };
  enum class jitter : unsigned char { none, full, equal, decorrelated };

  friend constexpr backoff fixed(duration wait) noexcept;
  friend constexpr backoff fibonacci(duration base, duration limit) noexcept;
  friend constexpr backoff exponential(duration base, duration limit) noexcept;

  constexpr backoff(growth how, duration base, duration limit) noexcept
      : base_(base < limit ? base : limit), limit_(limit), growth_(how) {
    WEIR_ASSERT(base >= duration::zero() && limit >= duration::zero());
  }
  constexpr backoff with(jitter how) const noexcept {
    backoff copy = *this;
    copy.jitter_ = how;
    return copy;
  }
  duration grown(std::uint64_t failures) const noexcept;
  duration decorrelated(duration previous, std::uint64_t random) const noexcept;

  duration base_;
  duration limit_;
  growth growth_;
  jitter jitter_ = jitter::none;
};

/// Waits as long each time.
constexpr backoff fixed(duration wait) noexcept { return {backoff::growth::fixed, wait, wait}; }

/// Waits `base`, `base`, 2, 3, 5, 8 ... times `base`, at most `limit`: grows more slowly than
/// exponential().
constexpr backoff fibonacci(duration base, duration limit) noexcept {
  return {backoff::growth::fibonacci, base, limit};
}

/// Waits `base`, and twice as long each time, at most `limit`.
constexpr backoff exponential(duration base, duration limit) noexcept {
  return {backoff::growth::exponential, base, limit};
}

}  // namespace weir
