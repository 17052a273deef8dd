// SPDX-License-Identifier: Apache-2.0
#include "weir/barrier.hpp"

#include <doctest/doctest.h>

#include "weir/scope.hpp"

namespace {

constexpr int workers = 3;

/// Makes a part of each of two steps; no part of the second before the first is whole.
weir::task<> work(weir::barrier& step_ends, int& first, int& second, bool& in_order) {
  ++first;
  co_await step_ends.arrive_and_wait();
  in_order = in_order && first == workers;
  ++second;
  co_await step_ends.arrive_and_wait();
  in_order = in_order && second == workers;
}

weir::task<bool> work_in_step() {
  weir::barrier step_ends(workers);
  int first = 0;
  int second = 0;
  bool in_order = true;
  weir::scope children;
  for (int worker = 0; worker < workers; ++worker) {
    children.spawn(work(step_ends, first, second, in_order));
  }
  co_await children.join();
  co_return in_order;
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("barrier: all begin the next step together") {
    weir::loop home;
    CHECK(home.run(work_in_step()));
  }
}
