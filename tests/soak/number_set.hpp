// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

namespace weir::soak {

/// Which of the numbers 0, 1, ... below a bound are in it: one bit each.
class number_set {
 public:
  explicit number_set(std::uint64_t bound) : bits_((bound + 63) / 64) {}

  bool contains(std::uint64_t number) const {
    return (bits_[number / 64] >> (number % 64) & 1) != 0;
  }
  /// True when it was not there yet.
  bool insert(std::uint64_t number) {
    if (contains(number)) return false;
    bits_[number / 64] |= std::uint64_t{1} << (number % 64);
    ++size_;
    return true;
  }
  std::uint64_t size() const noexcept { return size_; }

 private:
  std::vector<std::uint64_t> bits_;
  std::uint64_t size_ = 0;
};

}  // namespace weir::soak
