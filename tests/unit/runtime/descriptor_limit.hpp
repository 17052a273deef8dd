// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace weir::test {

/// For as long as it lives this process can open `left` descriptors more, and then no other.
class descriptor_limit {
 public:
  explicit descriptor_limit(int left) {
    REQUIRE(getrlimit(RLIMIT_NOFILE, &before_) == 0);
    // Numbers are given from the lowest on: the limit stands `left` free ones above it.
    int limit = 0;
    for (; left > 0 || is_open(limit); ++limit) {
      if (!is_open(limit)) --left;
    }
    const rlimit lowered{.rlim_cur = static_cast<rlim_t>(limit), .rlim_max = before_.rlim_max};
    REQUIRE(setrlimit(RLIMIT_NOFILE, &lowered) == 0);
  }
  ~descriptor_limit() { setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  static bool is_open(int number) { return fcntl(number, F_GETFD) >= 0; }

  rlimit before_{};
};

}  // namespace weir::test
