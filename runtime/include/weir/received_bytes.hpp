// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <utility>

#include "weir/driver.hpp"

namespace weir {

/// Bytes that came from a peer, in a buffer lent by the loop; given back when this is destroyed.
///
/// A loop has 256 buffers of 4 KiB for all its connections, so do not keep these: use the bytes or
/// copy them. Must be gone before the loop ends. One loop.
class [[nodiscard]] received_bytes {
 public:
  received_bytes() noexcept = default;
  /// Takes over a buffer that `lender` has lent.
  received_bytes(driver& lender, int buffer, std::size_t size) noexcept
      : lender_(&lender), buffer_(buffer), size_(size) {}
  received_bytes(received_bytes&& other) noexcept
      : lender_(std::exchange(other.lender_, nullptr)),
        buffer_(other.buffer_),
        size_(std::exchange(other.size_, 0)) {}
  received_bytes& operator=(received_bytes&& other) noexcept {
    std::swap(lender_, other.lender_);
    std::swap(buffer_, other.buffer_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~received_bytes() {
    if (lender_ != nullptr) lender_->return_buffer(buffer_);
  }

  /// True at the end of the stream.
  bool empty() const noexcept { return size_ == 0; }
  std::size_t size() const noexcept { return size_; }
  std::span<const std::byte> bytes() const noexcept {
    return lender_ == nullptr ? std::span<const std::byte>()
                              : lender_->buffer(buffer_).first(size_);
  }
  std::string_view text() const noexcept {
    return {reinterpret_cast<const char*>(bytes().data()), size_};
  }

 private:
  driver* lender_ = nullptr;
  int buffer_ = -1;
  std::size_t size_ = 0;
};

}  // namespace weir
