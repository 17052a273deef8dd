// SPDX-License-Identifier: Apache-2.0
#include "weir/sim_driver.hpp"

#include <doctest/doctest.h>

#include "weir/loop.hpp"
#include "weir/sleep.hpp"

using namespace std::chrono_literals;

namespace {

weir::task<weir::duration> oversleep() {
  const auto began = weir::loop::current().now();
  co_await weir::sleep(24h);
  co_return weir::loop::current().now() - began;
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("sim_driver: a day passes at once on a loop with a virtual clock") {
    weir::loop home(std::make_unique<weir::sim_driver>(
        weir::sim_options{.seed = 1, .order = weir::sim_order::fifo}));
    CHECK(home.run(oversleep()) == 24h);
  }
}
