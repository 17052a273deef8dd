// SPDX-License-Identifier: Apache-2.0
#include "weir/manual_reset_event.hpp"

#include <doctest/doctest.h>

#include "weir/loop.hpp"
#include "weir/scope.hpp"

namespace {

weir::task<> open(weir::manual_reset_event& ready, bool& opened) {
  opened = true;
  ready.set();
  co_return;
}

weir::task<bool> wait_until_open() {
  weir::manual_reset_event ready;
  bool opened = false;
  weir::scope children;
  children.spawn(open(ready, opened));
  co_await ready.wait();
  co_await children.join();
  co_return opened;
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("event: a flag that tasks wait for") {
    weir::loop home;
    CHECK(home.run(wait_until_open()));
  }
}
