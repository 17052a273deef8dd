// SPDX-License-Identifier: Apache-2.0
#include "weir/detail/byte_buffer.hpp"

#include <algorithm>
#include <cstring>

#include "weir/assert.hpp"

namespace weir::detail {
namespace {

// What a block holds at first, and so what one read can give: enough that the cost of the call is
// small beside the bytes, little enough to keep for each of many idle connections.
constexpr std::size_t first_capacity = std::size_t{4} << 10;

}  // namespace

byte_buffer::byte_buffer(std::size_t size_max) noexcept
    : size_max_(std::max(size_max, first_capacity)) {}

void byte_buffer::take(std::size_t count) noexcept {
  WEIR_ASSERT(count <= end_ - begin_);
  begin_ += count;
}

std::span<std::byte> byte_buffer::room() {
  if (begin_ == end_) begin_ = end_ = 0;
  if (end_ == capacity_) {
    WEIR_ASSERT(end_ - begin_ < size_max_);
    // A frame that fills half of the block is worth a larger one.
    const bool crowded = end_ - begin_ >= capacity_ / 2;
    const std::size_t larger = std::min(std::max(capacity_ * 2, first_capacity), size_max_);
    move_to(crowded ? larger : capacity_);
  }
  return {block_.get() + end_, capacity_ - end_};
}

void byte_buffer::add(std::size_t count) noexcept {
  WEIR_ASSERT(count <= capacity_ - end_);
  end_ += count;
}

/// Moves what is unread to the front of a block of `capacity` bytes.
void byte_buffer::move_to(std::size_t capacity) {
  const std::size_t count = end_ - begin_;
  if (capacity == capacity_) {
    std::memmove(block_.get(), block_.get() + begin_, count);
  } else {
    auto larger = std::make_unique_for_overwrite<std::byte[]>(capacity);
    if (count > 0) std::memcpy(larger.get(), block_.get() + begin_, count);
    block_ = std::move(larger);
    capacity_ = capacity;
  }
  begin_ = 0;
  end_ = count;
}

}  // namespace weir::detail
