// SPDX-License-Identifier: Apache-2.0
#include "weir/loop_counters.hpp"

#include <doctest/doctest.h>

#include "weir/loop.hpp"
#include "weir/yield.hpp"

TEST_SUITE_BEGIN("examples.runtime");

namespace {

weir::task<weir::loop_counters> count() {
  for (int round = 0; round < 10; ++round) co_await weir::yield();
  co_return weir::loop::current().counters();
}

}  // namespace

TEST_CASE("loop_counters: what a loop has done since it was made") {
  weir::loop home;
  const weir::loop_counters counters = home.run(count());
  CHECK(counters.resumes == 11);  // The beginning, and after each yield.
  CHECK(counters.tasks_alive == 1);
}

TEST_SUITE_END();
