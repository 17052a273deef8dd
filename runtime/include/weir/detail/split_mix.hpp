// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace weir::detail {

/// Random numbers from a seed: SplitMix64 (Steele, Lea, Flood 2014), one addition and a mix. Every
/// seed is a good one.
class split_mix {
 public:
  explicit constexpr split_mix(std::uint64_t seed) noexcept : state_(seed) {}

  constexpr std::uint64_t next() noexcept { return mix(state_ += 0x9e3779b97f4a7c15U); }

  /// A number that has nothing visible in common with `value`.
  static constexpr std::uint64_t mix(std::uint64_t value) noexcept {
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9U;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebU;
    return value ^ (value >> 31);
  }

 private:
  std::uint64_t state_;
};

}  // namespace weir::detail
