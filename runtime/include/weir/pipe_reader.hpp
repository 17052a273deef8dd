// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "weir/detail/with_result.hpp"
#include "weir/file_descriptor.hpp"
#include "weir/loop.hpp"

namespace weir {

inline constexpr std::size_t pipe_line_bytes_max = std::size_t{64} << 10;
inline constexpr std::size_t pipe_text_bytes_max = std::size_t{16} << 20;

/// The reading end of a pipe, as bytes or as text. One read at a time.
///
/// A cancelled read throws and keeps what it has read for the next one.
class pipe_reader {
 public:
  class read_operation;

  /// Takes over a non-blocking descriptor; `name` is what errors call it.
  pipe_reader(file_descriptor source, std::string name)
      : source_(std::move(source)), name_(std::move(name)) {}

  /// Suspends until there is something to read; gives how many bytes, 0 once the writer has closed
  /// the pipe and it is empty. `into` stays valid until then, and is not empty.
  read_operation read_some(std::span<std::byte> into) noexcept;
  /// Suspends for the next line and gives it without its end; nullopt after the last. A last line
  /// without an end counts. Throws `limit_exceeded` for a line over `pipe_line_bytes_max`.
  task<std::optional<std::string>> read_line();
  /// Suspends until the writer has closed the pipe, and gives all that is left. Throws
  /// `limit_exceeded` for more than `pipe_text_bytes_max`.
  task<std::string> read_text();

  /// Closes it: a write at the other end then fails. No read may be in flight.
  void close() noexcept { source_.close(); }

  const std::string& name() const noexcept { return name_; }

 private:
  task<bool> read_more(std::size_t limit);
  std::size_t take(std::span<std::byte> into) noexcept;

  file_descriptor source_;
  std::string name_;
  std::string read_;  // What was read and not yet given.
};

/// The wait of pipe_reader::read_some().
class [[nodiscard]] pipe_reader::read_operation final : public io_operation {
 public:
  read_operation(pipe_reader& source, std::span<std::byte> into) noexcept
      : io_operation({.kind = io_kind::read_at,
                      .descriptor = source.source_.get(),
                      .data = into.data(),
                      .size = into.size()}),
        source_(&source) {
    WEIR_ASSERT(!into.empty());
  }

  auto as_result() && { return detail::with_result<read_operation>(std::move(*this)); }

  /// What read_line() had to read beyond its line comes first.
  bool await_ready() noexcept {
    const auto* const request = &io_operation::request();
    taken_ = source_->take({static_cast<std::byte*>(request->data), request->size});
    return taken_ > 0;
  }
  std::size_t await_resume() const { return finish().value(); }

  /// The outcome of the completed wait.
  result<std::size_t> finish() const {
    if (taken_ > 0) return taken_;
    const int count = io_operation::await_resume();
    if (count < 0) return error::from_errno(-count, "read from " + source_->name());
    return static_cast<std::size_t>(count);
  }

 private:
  pipe_reader* source_;
  std::size_t taken_ = 0;
};

inline pipe_reader::read_operation pipe_reader::read_some(std::span<std::byte> into) noexcept {
  return {*this, into};
}

}  // namespace weir
