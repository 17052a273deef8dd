// SPDX-License-Identifier: Apache-2.0
#include "weir/pipe_reader.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "plain_operation.hpp"

namespace weir {
namespace {

constexpr std::size_t bytes_at_once = 4096;

}  // namespace

/// Gives what was read before, as much as fits.
std::size_t pipe_reader::take(std::span<std::byte> into) noexcept {
  const std::size_t count = std::min(into.size(), read_.size());
  if (count == 0) return 0;
  std::memcpy(into.data(), read_.data(), count);
  read_.erase(0, count);
  return count;
}

/// Appends what comes next; false at the end.
task<bool> pipe_reader::read_more(std::size_t limit) {
  if (read_.size() >= limit) {
    throw error(errc::limit_exceeded, disposition::permanent,
                "read from " + name_ + ": more than " + std::to_string(limit) + " bytes");
  }
  std::array<char, bytes_at_once> part;
  detail::plain_operation reading({.kind = io_kind::read_at,
                                   .descriptor = source_.get(),
                                   .data = part.data(),
                                   .size = part.size()});
  const int count = co_await reading;
  if (count < 0) throw error::from_errno(-count, "read from " + name_);
  read_.append(part.data(), static_cast<std::size_t>(count));
  co_return count > 0;
}

task<std::optional<std::string>> pipe_reader::read_line() {
  for (std::size_t searched = 0;;) {
    const std::size_t end = read_.find('\n', searched);
    if (end != std::string::npos) {
      std::string line = read_.substr(0, end);
      read_.erase(0, end + 1);
      co_return line;
    }
    searched = read_.size();
    if (co_await read_more(pipe_line_bytes_max)) continue;
    if (read_.empty()) co_return std::nullopt;
    co_return std::exchange(read_, {});
  }
}

task<std::string> pipe_reader::read_text() {
  while (co_await read_more(pipe_text_bytes_max)) continue;
  co_return std::exchange(read_, {});
}

}  // namespace weir
