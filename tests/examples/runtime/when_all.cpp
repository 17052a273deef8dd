// SPDX-License-Identifier: Apache-2.0
#include "weir/when_all.hpp"

#include <doctest/doctest.h>

#include <tuple>

#include "weir/loop.hpp"
#include "weir/sleep.hpp"

namespace {

weir::task<int> price_of(int part) {
  co_await weir::sleep(std::chrono::milliseconds(part));
  co_return 10 * part;
}

weir::task<int> price_of_both() {
  const std::tuple prices = co_await weir::when_all(price_of(1), price_of(2));
  co_return std::get<0>(prices) + std::get<1>(prices);
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("when_all: several at a time, and all of their values") {
    weir::loop home;
    CHECK(home.run(price_of_both()) == 30);
  }
}
