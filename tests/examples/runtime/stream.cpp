// SPDX-License-Identifier: Apache-2.0
#include "weir/stream.hpp"

#include <doctest/doctest.h>

#include "weir/loop.hpp"

namespace {

weir::stream<int> count_up() {
  for (int value = 1;; ++value) co_yield value;  // Goes on when the next value is asked for.
}

weir::task<int> sum_of_three() {
  auto numbers = count_up();
  int sum = 0;
  for (int count = 0; count < 3; ++count) sum += *co_await numbers.next();
  co_return sum;
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("stream: values made one at a time, when they are asked for") {
    weir::loop home;
    CHECK(home.run(sum_of_three()) == 6);
  }
}
