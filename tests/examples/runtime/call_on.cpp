// SPDX-License-Identifier: Apache-2.0
#include "weir/call_on.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>

#include "weir/runtime.hpp"

namespace {

using stock = std::map<std::string, int>;

weir::task<int> take(stock& shelf, std::string what, int count) {
  co_return shelf[what] -= count;  // Only the loop that owns the shelf ever touches it.
}

weir::task<int> order(weir::loop& owner, stock& shelf) {
  co_return co_await weir::call_on(owner, [&] { return take(shelf, "nails", 30); });
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("call_on: a loop asks the one that owns what it needs") {
    stock shelf{{"nails", 100}};
    int left = 0;
    weir::runtime(2).run([&](weir::peers all) -> weir::task<> {
      if (all.index() == 0) left = co_await order(all[1], shelf);
    });
    CHECK(left == 70);
  }
}
