// SPDX-License-Identifier: Apache-2.0
#include "weir/clock.hpp"

#include <doctest/doctest.h>

#include "weir/loop.hpp"
#include "weir/sleep.hpp"

using namespace std::chrono_literals;

namespace {

/// How long a sleep really took. The loop's clock is asked, so that it is right in a simulation.
weir::task<weir::duration> measure(weir::duration wait) {
  const weir::time_point began = weir::loop::current().now();
  co_await weir::sleep_until(weir::saturating_add(began, wait));
  co_return weir::loop::current().now() - began;
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("clock: moments and spans of a loop") {
    weir::loop home;
    CHECK(home.run(measure(1ms)) >= 1ms);
    CHECK(weir::saturating_add(home.now(), weir::duration::max()) == weir::time_point::max());
  }
}
