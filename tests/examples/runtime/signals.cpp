// SPDX-License-Identifier: Apache-2.0
#include "weir/signals.hpp"

#include <doctest/doctest.h>

#include "weir/loop.hpp"
#include "weir/scope.hpp"
#include "weir/sleep.hpp"

namespace {

weir::task<> work_for_ever(bool& was_stopped) {
  const auto rest = co_await weir::sleep(std::chrono::hours(1000)).as_result();
  was_stopped = !rest.has_value();
}

/// Works until the program is asked to end, and gives the signal that did so.
weir::task<int> serve(weir::signal_set& endings, bool& was_stopped) {
  weir::scope children;
  children.spawn(work_for_ever(was_stopped));
  const int number = co_await endings.next();
  co_await children.close();
  co_return number;
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("signals: SIGTERM ends a program in good order") {
    weir::signal_set endings{SIGTERM, SIGINT};  // First of all, before there are threads.
    weir::loop home;
    bool was_stopped = false;
    REQUIRE(pthread_kill(pthread_self(), SIGTERM) == 0);
    CHECK(home.run(serve(endings, was_stopped)) == SIGTERM);
    CHECK(was_stopped);
  }
}
