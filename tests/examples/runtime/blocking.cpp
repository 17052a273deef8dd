// SPDX-License-Identifier: Apache-2.0
#include "weir/blocking.hpp"

#include <doctest/doctest.h>

#include <string>

#include "weir/loop.hpp"

namespace {

weir::task<std::string> slow_name(int number) {
  // Runs on a helper thread, so the closure owns all that it uses.
  co_return co_await weir::blocking([number] { return "number " + std::to_string(number); });
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("blocking: a call that blocks, on a helper thread") {
    weir::loop home;
    CHECK(home.run(slow_name(7)) == "number 7");
  }
}
