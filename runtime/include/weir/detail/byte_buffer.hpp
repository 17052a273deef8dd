// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <span>

namespace weir::detail {

/// Bytes that were read and not yet taken, in one block of memory that grows to a bound.
///
/// Taking bytes moves none; what is left of a frame moves to the front of the block when there is
/// no room behind it, once a frame at most.
class byte_buffer {
 public:
  /// `size_max` is what must have room at a time: the largest frame, whole.
  explicit byte_buffer(std::size_t size_max) noexcept;

  /// What was read and not taken, valid until the next room().
  std::span<const std::byte> unread() const noexcept {
    return {block_.get() + begin_, end_ - begin_};
  }
  /// Takes the first `count` unread bytes; they stay where they are until the next room().
  void take(std::size_t count) noexcept;

  /// Where the next bytes may be put; never empty, so not all of `size_max` may be unread.
  std::span<std::byte> room();
  /// Counts the first `count` bytes of room() as read.
  void add(std::size_t count) noexcept;

 private:
  void move_to(std::size_t capacity);

  std::unique_ptr<std::byte[]> block_;
  std::size_t size_max_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace weir::detail
