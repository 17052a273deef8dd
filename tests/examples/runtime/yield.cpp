// SPDX-License-Identifier: Apache-2.0
#include "weir/yield.hpp"

#include <doctest/doctest.h>

#include <string>

#include "weir/loop.hpp"
#include "weir/scope.hpp"

namespace {

weir::task<> count_slowly(std::string& text, char mark) {
  for (int step = 0; step < 3; ++step) {
    text += mark;
    co_await weir::yield();  // The other one goes on.
  }
}

weir::task<std::string> take_turns() {
  std::string text;
  weir::scope children;
  children.spawn(count_slowly(text, 'a'));
  children.spawn(count_slowly(text, 'b'));
  co_await children.join();
  co_return text;
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("yield: lets the other ready tasks go first") {
    weir::loop home;
    CHECK(home.run(take_turns()) == "ababab");
  }
}
