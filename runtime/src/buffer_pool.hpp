// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace weir::detail {

inline constexpr std::size_t pooled_buffers = 256;  // A power of two: io_uring asks for one.
inline constexpr std::size_t pooled_buffer_bytes = 4096;

/// The buffers that a driver receives into for connections that hold none of their own.
///
/// Under AddressSanitizer a buffer is poisoned while it is not lent, so that who reads one that was
/// given back is found.
class buffer_pool {
 public:
  /// Null where there is no memory.
  static std::unique_ptr<buffer_pool> make() noexcept;
  ~buffer_pool();
  buffer_pool(const buffer_pool&) = delete;
  buffer_pool& operator=(const buffer_pool&) = delete;

  std::span<std::byte> at(int index) const noexcept;

  /// A free buffer, or -1. For drivers that choose one themselves.
  int take() noexcept;
  void put(int index) noexcept;

  /// Tells that a buffer is lent, or is no longer.
  void lend(int index) noexcept;
  void unlend(int index) noexcept;
  std::size_t lent() const noexcept { return lent_; }

 private:
  explicit buffer_pool(std::byte* memory);

  std::byte* memory_;
  std::vector<int> free_;
  std::size_t lent_ = 0;
};

}  // namespace weir::detail
