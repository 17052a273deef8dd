// SPDX-License-Identifier: Apache-2.0
#include "weir/file_descriptor.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <utility>

namespace {

bool is_open(int number) { return fcntl(number, F_GETFD) >= 0; }

/// Takes the descriptor over, and closes it with its own end.
char read_one(weir::file_descriptor source) {
  char byte = 'x';
  return read(source.get(), &byte, 1) == 1 ? byte : '?';
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("file_descriptor: has one owner at a time, and is closed with the last") {
    weir::file_descriptor opened(open("/dev/zero", O_RDONLY | O_CLOEXEC));
    REQUIRE(opened);
    const int number = opened.get();
    CHECK(is_open(number));
    CHECK(read_one(std::move(opened)) == '\0');
    CHECK_FALSE(is_open(number));
  }
}
