// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>
#include <optional>
#include <string>

#include "weir/detail/byte_buffer.hpp"

namespace weir::detail {

/// Cuts bytes into frames that begin with their length.
class length_splitter {
 public:
  /// The length stands in `prefix_size` bytes, 1, 2, 4 or 8, in the given order; frames are of
  /// `limit` bytes without it. `source` is what errors call the place where the bytes come from.
  length_splitter(std::string source, std::size_t limit, std::size_t prefix_size,
                  std::endian order);

  /// How much may be unread before a frame is whole.
  std::size_t size_max() const noexcept { return prefix_size_ + limit_; }
  /// Takes the next frame, which stays valid until the buffer's next room(); nothing while it is
  /// not whole. Throws `limit_exceeded` when it says that it is too long.
  std::optional<std::span<const std::byte>> next(byte_buffer& from) const;
  /// Throws `end_of_stream` when something is left though nothing more comes.
  std::optional<std::span<const std::byte>> last(byte_buffer& from) const;

 private:
  std::uint64_t read_length(std::span<const std::byte> prefix) const noexcept;

  std::string source_;
  std::size_t limit_;
  std::size_t prefix_size_;
  std::endian order_;
};

}  // namespace weir::detail
