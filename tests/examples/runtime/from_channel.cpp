// SPDX-License-Identifier: Apache-2.0
#include "weir/from_channel.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "weir/scope.hpp"
#include "weir/stream_operators.hpp"

namespace {

weir::task<> produce(weir::channel<int>& numbers) {
  for (int number = 1; number <= 5; ++number) co_await numbers.send(number);
  numbers.close();
}

weir::task<std::vector<int>> squares_of(weir::channel<int>& numbers) {
  return weir::from_channel(numbers) | weir::map([](int number) { return number * number; }) |
         weir::collect();
}

weir::task<std::vector<int>> squares() {
  weir::channel<int> numbers(2);
  co_return co_await weir::with_scope([&](weir::scope& children) {
    children.spawn(produce(numbers));
    return squares_of(numbers);
  });
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("from_channel: what comes through a channel, as a stream that ends with it") {
    weir::loop home;
    CHECK(home.run(squares()) == std::vector{1, 4, 9, 16, 25});
  }
}
