// SPDX-License-Identifier: Apache-2.0
#include "weir/loop.hpp"

#include <doctest/doctest.h>

#include <thread>

#include "weir/manual_reset_event.hpp"

namespace {

weir::task<> wait_for(weir::manual_reset_event& called) { co_await called.wait(); }

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("loop: runs tasks; other threads post to it") {
    weir::loop home;
    weir::manual_reset_event called;
    std::thread other([&] { home.post([&] { called.set(); }); });
    home.run(wait_for(called));
    other.join();
    CHECK(called.is_set());
  }
}
