// SPDX-License-Identifier: Apache-2.0
// Test cases that pass, fail and hang on purpose: support_test.py checks how they are reported.
#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdio>

#include "seed.hpp"
#include "watchdog.hpp"

TEST_SUITE("deliberate") {
  TEST_CASE("passes") {
    std::printf("the seed is %llu\n", static_cast<unsigned long long>(weir::test::seed()));
    CHECK(weir::test::seed() == weir::test::seed());
  }

  TEST_CASE("fails") { CHECK(1 == 2); }

  TEST_CASE("asserts nothing") {}

  TEST_CASE("hangs") {
    weir::test::on_hang([] { std::fprintf(stderr, "the hook was called\n"); });
    CHECK(true);
    pause();
  }
}
