// SPDX-License-Identifier: Apache-2.0
#include "weir/task.hpp"

#include <doctest/doctest.h>

#include <string>

#include "weir/loop.hpp"

namespace {

weir::task<int> twice(weir::task<int> inner) { co_return 2 * co_await std::move(inner); }
weir::task<int> answer() { co_return 21; }

weir::task<std::string> explain() {
  // The error as a value, where it is expected.
  const auto outcome = co_await twice(answer()).as_result();
  if (!outcome.has_value()) co_return outcome.error().message();
  co_return "the answer is " + std::to_string(*outcome);
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("task: a coroutine that runs when it is awaited") {
    weir::loop home;
    CHECK(home.run(explain()) == "the answer is 42");
  }
}
