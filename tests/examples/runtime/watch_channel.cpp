// SPDX-License-Identifier: Apache-2.0
#include "weir/watch_channel.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "weir/scope.hpp"
#include "weir/yield.hpp"

namespace {

weir::task<> follow(weir::watch_channel<int>::watcher level, std::vector<int>& seen) {
  while (const auto now = co_await level.changed()) seen.push_back(*now);
}

weir::task<> change(std::vector<int>& seen) {
  weir::watch_channel<int> level(0);
  co_await weir::with_scope([&](weir::scope& children) -> weir::task<> {
    children.spawn(follow(level.watch(), seen));
    level.set(1);
    co_await weir::yield();
    level.set(2);  // Nobody looks between this one
    level.set(3);  // and the next.
    level.close();
    co_await children.join();
  });
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("watch_channel: who watches sees the latest value") {
    weir::loop home;
    std::vector<int> seen;
    home.run(change(seen));
    CHECK(seen == std::vector{1, 3});
  }
}
