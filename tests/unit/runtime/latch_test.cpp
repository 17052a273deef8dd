// SPDX-License-Identifier: Apache-2.0
#include "weir/latch.hpp"

#include <doctest/doctest.h>

#include "run.hpp"
#include "weir/scope.hpp"
#include "weir/yield.hpp"

using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.latch");

namespace {

task<> wait_and_count(latch& gate, int& passed) {
  co_await gate.wait();
  ++passed;
}

}  // namespace

TEST_CASE("those who wait go on when the count is down to zero, not before") {
  run_virtually([]() -> task<> {
    latch gate(3);
    int passed = 0;
    co_await with_scope([&](scope& children) -> task<> {
      for (int count = 0; count < 2; ++count) children.spawn(wait_and_count(gate, passed));
      gate.count_down(2);
      co_await yield();
      co_await yield();
      CHECK(passed == 0);
      CHECK(gate.count() == 1);
      gate.count_down();
      co_await children.join();
    });
    CHECK(passed == 2);
    co_await gate.wait();  // and it stays open
    co_await latch(0).wait();
  });
}

TEST_SUITE_END();
