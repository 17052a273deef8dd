// SPDX-License-Identifier: Apache-2.0
#include "weir/merge.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "weir/from_channel.hpp"
#include "weir/stream_operators.hpp"

namespace {

weir::task<int> add_up(weir::channel<int>& sales, weir::channel<int>& refunds) {
  int sum = 0;
  auto less = weir::from_channel(refunds) | weir::map([](int amount) { return -amount; });
  co_await (weir::merge(weir::from_channel(sales), std::move(less)) |
            weir::for_each([&](int amount) { sum += amount; }));
  co_return sum;
}

weir::task<int> trade() {
  weir::channel<int> sales(4);
  weir::channel<int> refunds(4);
  for (const int amount : {100, 20, 3}) co_await sales.send(amount);
  co_await refunds.send(20);
  sales.close();
  refunds.close();
  co_return co_await add_up(sales, refunds);
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("merge: one line of what comes from two channels") {
    weir::loop home;
    CHECK(home.run(trade()) == 103);
  }
}
