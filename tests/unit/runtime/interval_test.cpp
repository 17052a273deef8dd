// SPDX-License-Identifier: Apache-2.0
#include "weir/interval.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "run.hpp"
#include "weir/timeout.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.interval");

namespace {

using moments = std::vector<duration>;

duration now() { return loop::current().now().time_since_epoch(); }

/// Asks for `count` ticks, and is busy for 35 s after the second.
task<> tick(missed_tick policy, int count, moments& due, moments& given) {
  auto ticks = interval(10s, policy);
  for (int number = 1; number <= count; ++number) {
    const auto moment = co_await ticks.next();
    due.push_back(moment->time_since_epoch());
    given.push_back(now());
    if (number == 2) co_await sleep(35s);
  }
}

}  // namespace

TEST_CASE("a tick comes each period, the first one a period after it is asked for") {
  run_virtually([]() -> task<> {
    auto ticks = interval(10s);
    co_await sleep(7s);
    for (int number = 1; number <= 5; ++number) {
      const auto due = co_await ticks.next();
      CHECK(now() == 7s + number * 10s);
      CHECK(due->time_since_epoch() == now());
      co_await sleep(number * 2s);  // What the consumer does does not shift the ticks.
    }
  });
}

TEST_CASE("burst gives every missed tick at once, and then is on time") {
  run_virtually([]() -> task<> {
    moments due;
    moments given;
    co_await tick(missed_tick::burst, 7, due, given);
    CHECK(due == moments{10s, 20s, 30s, 40s, 50s, 60s, 70s});
    CHECK(given == moments{10s, 20s, 55s, 55s, 55s, 60s, 70s});
  });
}

TEST_CASE("delay gives the first missed tick at once, and counts on from there") {
  run_virtually([]() -> task<> {
    moments due;
    moments given;
    co_await tick(missed_tick::delay, 5, due, given);
    CHECK(due == moments{10s, 20s, 30s, 65s, 75s});
    CHECK(given == moments{10s, 20s, 55s, 65s, 75s});
  });
}

TEST_CASE("skip gives the last missed tick at once, and keeps to the schedule") {
  run_virtually([]() -> task<> {
    moments due;
    moments given;
    co_await tick(missed_tick::skip, 5, due, given);
    CHECK(due == moments{10s, 20s, 50s, 60s, 70s});
    CHECK(given == moments{10s, 20s, 55s, 60s, 70s});
  });
}

TEST_CASE("a tick that is asked for at the moment when it is due was not missed") {
  run_virtually([]() -> task<> {
    for (const auto policy : {missed_tick::burst, missed_tick::delay, missed_tick::skip}) {
      const duration start = now();
      auto ticks = interval(10s, policy);
      for (int number = 1; number <= 3; ++number) {
        CHECK((co_await ticks.next())->time_since_epoch() == start + number * 10s);
        co_await sleep(10s);
      }
    }
  });
}

TEST_CASE("a next() that is cancelled loses no tick") {
  run_virtually([]() -> task<> {
    auto ticks = interval(10s, missed_tick::skip);
    for (int attempt = 0; attempt < 3; ++attempt) {
      const auto late = co_await with_timeout(3s, ticks.next()).as_result();
      CHECK(late.error().is(errc::deadline_exceeded));
    }
    CHECK((co_await ticks.next())->time_since_epoch() == 10s);
    CHECK(now() == 10s);
  });
}

TEST_SUITE_END();
