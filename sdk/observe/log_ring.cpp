// SPDX-License-Identifier: Apache-2.0
#include "log_ring.hpp"

#include <algorithm>
#include <cstring>

#include "weir/assert.hpp"

namespace weir::detail {

bool log_ring::append(std::string_view line) {
  if (line.size() > capacity_ - size_) return false;
  if (!bytes_) bytes_ = std::make_unique_for_overwrite<char[]>(capacity_);
  const std::size_t begin = (first_ + size_) % capacity_;
  const std::size_t at_once = std::min(line.size(), capacity_ - begin);
  std::memcpy(bytes_.get() + begin, line.data(), at_once);
  std::memcpy(bytes_.get(), line.data() + at_once, line.size() - at_once);
  size_ += line.size();
  return true;
}

std::size_t log_ring::copy(std::span<char> to) const noexcept {
  const std::size_t count = std::min(to.size(), size_);
  if (count == 0) return 0;
  const std::size_t at_once = std::min(count, capacity_ - first_);
  std::memcpy(to.data(), bytes_.get() + first_, at_once);
  std::memcpy(to.data() + at_once, bytes_.get(), count - at_once);
  return count;
}

void log_ring::consume(std::size_t count) noexcept {
  WEIR_ASSERT(count <= size_);
  size_ -= count;
  // An empty one begins anew, so that a quiet log touches the same few pages.
  first_ = size_ == 0 ? 0 : (first_ + count) % capacity_;
}

}  // namespace weir::detail
