// SPDX-License-Identifier: Apache-2.0
#include "weir/stream_operators.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "weir/loop.hpp"

namespace {

weir::stream<int> count_up() {
  for (int value = 1;; ++value) co_yield value;
}

weir::task<std::vector<int>> squares_of_even() {
  return count_up() | weir::filter([](int number) { return number % 2 == 0; }) |
         weir::map([](int number) { return number * number; }) | weir::take(3) | weir::collect();
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("stream_operators: streams are changed with |, and nothing runs ahead") {
    weir::loop home;
    CHECK(home.run(squares_of_even()) == std::vector{4, 16, 36});
  }
}
