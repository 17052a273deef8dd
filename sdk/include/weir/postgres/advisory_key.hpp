// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace weir::postgres {

/// What an advisory lock is taken on: a number that means something to the programs of a database
/// alone. A text gives the same number in every program and version (FNV-1a, 64 bits); two texts
/// that give the same one share a lock, which costs time and breaks nothing.
class advisory_key {
 public:
  constexpr explicit advisory_key(std::int64_t number) noexcept : number_(number) {}
  constexpr explicit advisory_key(std::string_view text) noexcept : number_(number_of(text)) {}

  constexpr std::int64_t number() const noexcept { return number_; }

 private:
  static constexpr std::int64_t number_of(std::string_view text) noexcept {
    constexpr std::uint64_t basis = 0xcbf29ce484222325;
    constexpr std::uint64_t prime = 0x100000001b3;
    std::uint64_t number = basis;
    for (const char c : text) number = (number ^ static_cast<unsigned char>(c)) * prime;
    return static_cast<std::int64_t>(number);
  }

  std::int64_t number_;
};

}  // namespace weir::postgres
