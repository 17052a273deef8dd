// SPDX-License-Identifier: Apache-2.0
#include "weir/pipe_reader.hpp"

#include <unistd.h>

#include <array>

#include "weir/poll.hpp"

namespace weir {
namespace {

constexpr std::size_t bytes_at_once = 4096;

}  // namespace

/// Appends what comes next; false at the end.
task<bool> pipe_reader::read_more(std::size_t limit) {
  if (read_.size() >= limit) {
    throw error(errc::limit_exceeded, disposition::permanent,
                "read from " + name_ + ": more than " + std::to_string(limit) + " bytes");
  }
  for (;;) {
    std::array<char, bytes_at_once> part;
    const ssize_t count = ::read(source_.get(), part.data(), part.size());
    if (count >= 0) {
      read_.append(part.data(), static_cast<std::size_t>(count));
      co_return count > 0;
    }
    if (errno != EAGAIN) throw error::from_errno(errno, "read from " + name_);
    co_await poll(source_.get(), POLLIN);
  }
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
