// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>

#include "weir/file_descriptor.hpp"

namespace weir::test {

/// A pipe whose ends both block, as one that a shell makes.
struct open_pipe {
  open_pipe() {
    std::array<int, 2> ends{};
    REQUIRE(pipe2(ends.data(), O_CLOEXEC) == 0);
    read_end = file_descriptor(ends[0]);
    write_end = file_descriptor(ends[1]);
  }

  /// What is in it now, at most so much.
  std::string read_some(std::size_t at_most = std::size_t{4} << 20) const {
    std::string text;
    fcntl(read_end.get(), F_SETFL, O_NONBLOCK);
    std::array<char, 65536> part;
    while (text.size() < at_most) {
      const ssize_t count =
          ::read(read_end.get(), part.data(), std::min(part.size(), at_most - text.size()));
      if (count <= 0) break;
      text.append(part.data(), static_cast<std::size_t>(count));
    }
    return text;
  }

  file_descriptor read_end;
  file_descriptor write_end;
};

inline std::size_t count_of(std::string_view text, std::string_view wanted) {
  std::size_t found = 0;
  for (auto at = text.find(wanted); at != text.npos; at = text.find(wanted, at + 1)) ++found;
  return found;
}

}  // namespace weir::test
