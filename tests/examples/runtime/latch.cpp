// SPDX-License-Identifier: Apache-2.0
#include "weir/latch.hpp"

#include <doctest/doctest.h>

#include "weir/loop.hpp"
#include "weir/scope.hpp"

namespace {

weir::task<> start(weir::latch& started) {
  started.count_down();
  co_return;
}

weir::task<bool> start_all() {
  weir::latch started(3);
  weir::scope children;
  for (int part = 0; part < 3; ++part) children.spawn(start(started));
  co_await started.wait();
  co_await children.join();
  co_return true;
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("latch: waits until so many have come") {
    weir::loop home;
    CHECK(home.run(start_all()));
  }
}
