// SPDX-License-Identifier: Apache-2.0
#include "weir/rate_limiter.hpp"

#include <doctest/doctest.h>

#include "weir/loop.hpp"

namespace {

weir::task<int> call_often() {
  weir::rate_limiter calls(1000, std::chrono::seconds(1), 5);  // 1000 a second, 5 at once.
  int made = 0;
  for (; made < 7; ++made) co_await calls.acquire();
  co_return made;
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("rate_limiter: no more than so many in a second") {
    weir::loop home;
    CHECK(home.run(call_often()) == 7);
  }
}
