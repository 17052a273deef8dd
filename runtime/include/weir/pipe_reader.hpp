// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "weir/file_descriptor.hpp"
#include "weir/task.hpp"

namespace weir {

inline constexpr std::size_t pipe_line_bytes_max = std::size_t{64} << 10;
inline constexpr std::size_t pipe_text_bytes_max = std::size_t{16} << 20;

/// The reading end of a pipe, as text. One read at a time.
///
/// A cancelled read throws and keeps what it has read for the next one.
class pipe_reader {
 public:
  /// Takes over a non-blocking descriptor; `name` is what errors call it.
  pipe_reader(file_descriptor source, std::string name)
      : source_(std::move(source)), name_(std::move(name)) {}

  /// Suspends for the next line and gives it without its end; nullopt after the last. A last line
  /// without an end counts. Throws `limit_exceeded` for a line over `pipe_line_bytes_max`.
  task<std::optional<std::string>> read_line();
  /// Suspends until the writer has closed the pipe, and gives all that is left. Throws
  /// `limit_exceeded` for more than `pipe_text_bytes_max`.
  task<std::string> read_text();

 private:
  task<bool> read_more(std::size_t limit);

  file_descriptor source_;
  std::string name_;
  std::string read_;  // What was read and not yet given.
};

}  // namespace weir
