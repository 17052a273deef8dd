// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <dirent.h>
#include <doctest/doctest.h>
#include <sys/socket.h>

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

/// How many threads this process has.
inline int threads() {
  DIR* directory = opendir("/proc/self/task");
  REQUIRE(directory != nullptr);
  int count = -2;  // "." and ".."
  while (readdir(directory) != nullptr) ++count;
  closedir(directory);
  return count;
}

}  // namespace weir::test
