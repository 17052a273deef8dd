// SPDX-License-Identifier: Apache-2.0
#include "weir/buffered.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "weir/sleep.hpp"
#include "weir/stream_operators.hpp"

using namespace std::chrono_literals;

namespace {

weir::stream<int> numbers(int last) {
  for (int number = 1; number <= last; ++number) co_yield number;
}

weir::task<int> square_slowly(int number) {
  co_await weir::sleep(1ms);
  co_return number* number;
}

weir::task<std::vector<int>> squares() {
  return numbers(6) | weir::map(square_slowly) | weir::buffered(3) | weir::collect();
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("buffered: three tasks at work at a time, their results in order") {
    weir::loop home;
    CHECK(home.run(squares()) == std::vector{1, 4, 9, 16, 25, 36});
  }
}
