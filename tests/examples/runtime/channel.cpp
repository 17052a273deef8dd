// SPDX-License-Identifier: Apache-2.0
#include "weir/channel.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "weir/scope.hpp"

namespace {

weir::task<> produce(weir::channel<int>& numbers) {
  for (int number = 1; number <= 5; ++number) co_await numbers.send(number);  // Waits for room.
  numbers.close();
}

weir::task<std::vector<int>> consume(weir::channel<int>& numbers) {
  std::vector<int> received;
  while (auto number = co_await numbers.receive()) received.push_back(*number);
  co_return received;
}

weir::task<std::vector<int>> pass_on() {
  weir::channel<int> numbers(2);
  co_return co_await weir::with_scope([&](weir::scope& children) {
    children.spawn(produce(numbers));
    return consume(numbers);
  });
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("channel: values go from one task to another, two at most wait between them") {
    weir::loop home;
    CHECK(home.run(pass_on()) == std::vector{1, 2, 3, 4, 5});
  }
}
