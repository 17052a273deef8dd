// SPDX-License-Identifier: Apache-2.0
#include "weir/select.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "weir/channel.hpp"
#include "weir/manual_reset_event.hpp"
#include "weir/sleep.hpp"

using namespace std::chrono_literals;

namespace {

/// Takes orders until it is told to stop, or until none has come for a while.
weir::task<std::string> take(weir::channel<int>& orders, weir::manual_reset_event& stop,
                             std::vector<int>& taken) {
  for (;;) {
    const auto first = co_await weir::select(orders.receive(), stop.wait(), weir::sleep(1ms));
    if (first.index() == 1) co_return "stopped";
    if (first.index() == 2) co_return "idle";
    taken.push_back(std::get<0>(first).value());
  }
}

weir::task<> run_shop(std::vector<int>& taken) {
  weir::channel<int> orders(4);
  weir::manual_reset_event stop;
  co_await orders.send(1);
  co_await orders.send(2);
  CHECK(co_await take(orders, stop, taken) == "idle");
  stop.set();
  CHECK(co_await take(orders, stop, taken) == "stopped");
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("select: whichever comes first, an order, the end or the time") {
    weir::loop home;
    std::vector<int> taken;
    home.run(run_shop(taken));
    CHECK(taken == std::vector{1, 2});
  }
}
