// SPDX-License-Identifier: Apache-2.0
#include "weir/from_signals.hpp"

#include <doctest/doctest.h>

#include "weir/loop.hpp"
#include "weir/stream_operators.hpp"

namespace {

/// Counts how often the settings are to be read, until the program is asked to end.
weir::task<int> serve(weir::signal_set& signals) {
  int reloads = 0;
  const auto go_on = [](int number) { return number != SIGTERM; };
  co_await (weir::from_signals(signals) | weir::take_while(go_on) |
            weir::for_each([&](int) { ++reloads; }));
  co_return reloads;
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("from_signals: read the settings again at SIGHUP, end at SIGTERM") {
    weir::signal_set signals{SIGHUP, SIGTERM};
    weir::loop home;
    REQUIRE(pthread_kill(pthread_self(), SIGHUP) == 0);
    REQUIRE(pthread_kill(pthread_self(), SIGTERM) == 0);
    CHECK(home.run(serve(signals)) == 1);
  }
}
