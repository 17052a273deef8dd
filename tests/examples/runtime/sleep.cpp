// SPDX-License-Identifier: Apache-2.0
#include "weir/sleep.hpp"

#include <doctest/doctest.h>

#include "weir/loop.hpp"

namespace {

weir::task<weir::duration> nap() {
  const weir::time_point start = weir::loop::current().now();
  co_await weir::sleep(std::chrono::milliseconds(2));
  co_return weir::loop::current().now() - start;
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("sleep: for some time, never less") {
    weir::loop home;
    CHECK(home.run(nap()) >= std::chrono::milliseconds(2));
  }
}
