// SPDX-License-Identifier: Apache-2.0
#include "weir/runtime.hpp"

#include <doctest/doctest.h>

#include <atomic>

#include "weir/yield.hpp"

namespace {

weir::task<> count_up(std::atomic<int>& count, weir::peers all) {
  co_await weir::yield();
  count += static_cast<int>(all.index());
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("runtime: a loop on each of three threads") {
    std::atomic<int> count{0};
    weir::runtime threads({.loops = 3, .name = "counter"});
    threads.run([&](weir::peers all) { return count_up(count, all); });
    CHECK(count == 0 + 1 + 2);
  }
}
