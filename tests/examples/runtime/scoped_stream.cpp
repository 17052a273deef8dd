// SPDX-License-Identifier: Apache-2.0
#include "weir/scoped_stream.hpp"

#include <doctest/doctest.h>

#include "weir/buffered.hpp"
#include "weir/stream_operators.hpp"
#include "weir/yield.hpp"

namespace {

weir::stream<int> numbers() {
  for (int number = 1;; ++number) co_yield number;
}

weir::task<int> look_up(int number) {
  co_await weir::yield();
  co_return 10 * number;
}

/// Who wants to call next() says in which scope the line does its work.
weir::task<int> first_above(int limit) {
  co_return co_await weir::with_scope([limit](weir::scope& children) -> weir::task<int> {
    auto found = numbers() | weir::map(look_up) | weir::buffered(4) | weir::in_scope(children);
    for (;;) {
      const auto value = co_await found.next();
      if (*value > limit) co_return *value;
    }
  });
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("scoped_stream: ask a line that works ahead for one value after the other") {
    weir::loop home;
    CHECK(home.run(first_above(25)) == 30);
  }
}
