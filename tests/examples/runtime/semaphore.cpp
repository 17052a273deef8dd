// SPDX-License-Identifier: Apache-2.0
#include "weir/semaphore.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "weir/loop.hpp"
#include "weir/scope.hpp"
#include "weir/yield.hpp"

namespace {

weir::task<> use_one(weir::semaphore& machines, int& busy, int& busiest) {
  co_await machines.acquire();
  busiest = std::max(busiest, ++busy);
  co_await weir::yield();
  --busy;
  machines.release();
}

weir::task<int> share() {
  weir::semaphore machines(3);
  int busy = 0;
  int busiest = 0;
  weir::scope children;
  for (int job = 0; job < 10; ++job) children.spawn(use_one(machines, busy, busiest));
  co_await children.join();
  co_return busiest;
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("semaphore: so many at a time, first come, first served") {
    weir::loop home;
    CHECK(home.run(share()) == 3);
  }
}
