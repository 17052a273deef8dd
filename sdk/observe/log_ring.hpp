// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace weir::detail {

/// A bounded buffer of lines, first in, first out. Each ends with a newline and has no other.
class log_ring {
 public:
  explicit log_ring(std::size_t capacity) : capacity_(capacity) {}

  std::size_t capacity() const noexcept { return capacity_; }
  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }

  /// False where there is no room for all of it.
  bool append(std::string_view line);
  /// Copies the oldest bytes, as many as there are and fit; gives how many.
  std::size_t copy(std::span<char> to) const noexcept;
  /// Takes the oldest bytes out.
  void consume(std::size_t count) noexcept;

 private:
  const std::size_t capacity_;
  std::unique_ptr<char[]> bytes_;  // From the first line on.
  std::size_t first_ = 0;
  std::size_t size_ = 0;
};

}  // namespace weir::detail
