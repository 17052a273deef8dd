// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/assert.hpp"
#include "weir/clock.hpp"
#include "weir/detail/split_mix.hpp"

namespace weir::detail {

/// The random choices of one part of a simulation, from a seed of its own: so a choice more here
/// changes none elsewhere.
class sim_dice {
 public:
  sim_dice(std::uint64_t seed, std::uint64_t part) noexcept
      : numbers_(split_mix::mix(seed) ^ split_mix::mix(~part)) {}

  std::uint64_t number() noexcept { return numbers_.next(); }
  /// From 0 to `bound` - 1. (The bias of the remainder, 2^-64 times the bound, is of no matter.)
  std::uint64_t below(std::uint64_t bound) noexcept {
    WEIR_ASSERT(bound > 0);
    return number() % bound;
  }
  bool chance(double probability) noexcept {
    constexpr double unit = 0x1p-53;
    return static_cast<double>(number() >> 11) * unit < probability;
  }
  duration between(duration least, duration most) noexcept {
    if (most <= least) return least;
    const auto span = static_cast<std::uint64_t>((most - least).count());
    return least + duration(static_cast<duration::rep>(below(span + 1)));
  }

 private:
  split_mix numbers_;
};

}  // namespace weir::detail
