// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <doctest/doctest.h>
#include <sys/socket.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "weir/asio.hpp"
#include "weir/unix_socket.hpp"

namespace weir::test {

/// Two ends of a connection.
struct stream_pair {
  unix_stream left;
  unix_stream right;
};

inline stream_pair connected() {
  int ends[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) == 0);
  return {unix_stream(file_descriptor(ends[0]), "the right end"),
          unix_stream(file_descriptor(ends[1]), "the left end")};
}

using asio_unix_stream = asio_stream<unix_stream>;

/// Whether a line of /proc/self/task/*/stat is of a thread of the program's own that is not about
/// to end: join() returns a moment before the kernel forgets it, and io_uring's workers are listed.
inline bool is_at_work(const std::string& stat) {
  constexpr unsigned long is_ending = 0x4;          // PF_EXITING
  constexpr unsigned long is_of_the_kernel = 0x10;  // PF_IO_WORKER
  constexpr int before_flags = 6;
  std::istringstream fields(stat.substr(std::min(stat.size(), stat.rfind(')') + 1)));
  std::string passed;
  for (int at = 0; at < before_flags; ++at) fields >> passed;
  unsigned long flags = is_ending;
  fields >> flags;
  return (flags & (is_ending | is_of_the_kernel)) == 0;
}

/// How many threads this process has.
inline int threads() {
  int count = 0;
  for (const auto& one : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream file(one.path() / "stat");
    std::string stat;
    if (std::getline(file, stat) && is_at_work(stat)) ++count;
  }
  REQUIRE(count > 0);
  return count;
}

}  // namespace weir::test
