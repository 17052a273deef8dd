// SPDX-License-Identifier: Apache-2.0
#include "weir/resilience/rate_limit.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "calls.hpp"
#include "run.hpp"
#include "weir/scope.hpp"
#include "weir/timeout.hpp"
#include "weir/yield.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("resilience.rate_limit");

TEST_CASE("a burst begins at once, then one call in each interval") {
  run_virtually([]() -> task<> {
    rate_limit calls({.calls = 100, .burst = 2});
    std::vector<duration> when;
    const time_point start = loop::current().now();
    const auto note = [&]() -> task<> {
      when.push_back(loop::current().now() - start);
      co_return;
    };
    for (int count = 0; count < 4; ++count) co_await calls.run(note);
    CHECK(when == std::vector<duration>{0ms, 0ms, 10ms, 20ms});
  });
}

TEST_CASE("who comes when too many wait is refused, and nobody else") {
  run_virtually([]() -> task<> {
    rate_limit calls({.name = "geocoding", .calls = 1, .waiting_max = 2});
    int done = 0;
    co_await with_scope([&](scope& children) -> task<> {
      for (int count = 0; count < 3; ++count) {
        children.spawn([&]() -> task<> { done += co_await calls.run(succeed(1)); });
      }
      co_await yield();
      CHECK(calls.waiting() == 2);
      const auto full = co_await calls.run(succeed()).as_result();
      CHECK(error_text(full) ==
            "rate limit 'geocoding', 1 each 1s, 1 at once: 2 wait for their turn: no more may");
      CHECK(full.error().is(errc::limit_exceeded));
      co_await children.join();
    });
    CHECK(done == 3);
    CHECK(calls.waiting() == 0);
  });
}

TEST_CASE("who is cancelled while it waits has used up no turn") {
  run_virtually([]() -> task<> {
    rate_limit calls({.calls = 1});
    co_await calls.run(succeed());
    const auto late = co_await with_timeout(500ms, calls.run(succeed())).as_result();
    CHECK(late.error().is(errc::deadline_exceeded));
    CHECK(calls.waiting() == 0);
    const time_point start = loop::current().now();
    co_await calls.run(succeed());
    CHECK(loop::current().now() - start == 500ms);
  });
}

TEST_CASE("a rate limit says what it does, and refuses what cannot work") {
  CHECK(rate_limit({.calls = 50, .burst = 10}).describe() == "50 each 1s, 10 at once");
  CHECK_THROWS_AS(rate_limit({.calls = 0}), error);
  CHECK_THROWS_AS(rate_limit({.burst = 0}), error);
  CHECK_THROWS_AS(rate_limit({.calls = 2, .per = 1ns}), error);
  CHECK_THROWS_AS(rate_limit({.per = 1h, .burst = 10'000'000}), error);
}

TEST_SUITE_END();
