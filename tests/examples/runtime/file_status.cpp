// SPDX-License-Identifier: Apache-2.0
#include "weir/file_status.hpp"

#include <doctest/doctest.h>

#include "weir/loop.hpp"

namespace {

weir::task<bool> is_directory(std::string path) {
  const weir::file_status found = co_await weir::status(path);
  co_return found.type == weir::file_type::directory;
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("file_status: a path is a directory or not") {
    weir::loop home;
    CHECK(home.run(is_directory("/")));
    CHECK_FALSE(home.run(is_directory("/proc/self/exe")));
  }
}
