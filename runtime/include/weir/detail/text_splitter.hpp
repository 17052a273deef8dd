// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "weir/detail/byte_buffer.hpp"

namespace weir::detail {

/// Cuts bytes into frames that end with a delimiter; searches no byte twice.
class text_splitter {
 public:
  /// Frames that end with `delimiter`, of `limit` bytes without it; `source` is what errors call
  /// the place where the bytes come from.
  text_splitter(std::string source, std::size_t limit, std::string delimiter);
  /// Lines, which end with \n or \r\n; the last one need not.
  static text_splitter of_lines(std::string source, std::size_t limit);

  /// How much may be unread before a frame is whole.
  std::size_t size_max() const noexcept;
  /// Takes the next frame, which stays valid until the buffer's next room(); nothing while it is
  /// not whole. Throws `limit_exceeded` when it is too long.
  std::optional<std::span<const std::byte>> next(byte_buffer& from);
  /// Takes what is left when nothing more comes. Throws `end_of_stream` where that is no frame.
  std::optional<std::span<const std::byte>> last(byte_buffer& from);

 private:
  void check(std::size_t size) const;

  std::string source_;
  std::size_t limit_;
  std::string delimiter_;
  bool lines_ = false;
  std::size_t searched_ = 0;  // How many of the unread bytes cannot begin a delimiter.
};

}  // namespace weir::detail
