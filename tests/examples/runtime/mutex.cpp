// SPDX-License-Identifier: Apache-2.0
#include "weir/mutex.hpp"

#include <doctest/doctest.h>

#include "weir/loop.hpp"
#include "weir/scope.hpp"
#include "weir/yield.hpp"

namespace {

weir::task<> add_one(weir::mutex& turns, int& sum) {
  const auto turn = co_await turns.lock();
  const int before = sum;
  co_await weir::yield();  // Nobody else changes it in between.
  sum = before + 1;
}

weir::task<int> add_ten() {
  weir::mutex turns;
  int sum = 0;
  weir::scope children;
  for (int count = 0; count < 10; ++count) children.spawn(add_one(turns, sum));
  co_await children.join();
  co_return sum;
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("mutex: one at a time, across an await") {
    weir::loop home;
    CHECK(home.run(add_ten()) == 10);
  }
}
