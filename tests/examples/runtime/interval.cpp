// SPDX-License-Identifier: Apache-2.0
#include "weir/interval.hpp"

#include <doctest/doctest.h>

using namespace std::chrono_literals;

namespace {

weir::task<int> beat(int times) {
  int beats = 0;
  auto ticks = weir::interval(1ms, weir::missed_tick::skip);
  while (beats < times) {
    static_cast<void>(co_await ticks.next());
    ++beats;
  }
  co_return beats;
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("interval: do something each millisecond, and not twice after a pause") {
    weir::loop home;
    CHECK(home.run(beat(5)) == 5);
  }
}
