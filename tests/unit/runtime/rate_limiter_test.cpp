// SPDX-License-Identifier: Apache-2.0
#include "weir/rate_limiter.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "run.hpp"
#include "weir/scope.hpp"
#include "weir/timeout.hpp"

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

TEST_SUITE_BEGIN("runtime.rate_limiter");

namespace {

task<> take(rate_limiter& from, std::size_t tokens, time_point start, std::vector<duration>& when) {
  co_await from.acquire(tokens);
  when.push_back(loop::current().now() - start);
}

}  // namespace

TEST_CASE("a burst goes at once, then one comes each interval, in the order they came") {
  run_virtually([]() -> task<> {
    rate_limiter calls(100, 1s, 3);
    std::vector<duration> when;
    const time_point start = loop::current().now();
    co_await with_scope([&](scope& children) -> task<> {
      for (int count = 0; count < 5; ++count) children.spawn(take(calls, 1, start, when));
      children.spawn(take(calls, 2, start, when));
      co_await children.join();
    });
    CHECK(when == std::vector<duration>{0ms, 0ms, 0ms, 10ms, 20ms, 40ms});
  });
}

TEST_CASE("the bucket fills while nobody takes, and not above its brim") {
  run_virtually([]() -> task<> {
    rate_limiter calls(100, 1s, 2);
    CHECK(calls.try_acquire(2));
    CHECK_FALSE(calls.try_acquire());
    co_await sleep(10ms);
    CHECK(calls.try_acquire());
    CHECK_FALSE(calls.try_acquire());
    co_await sleep(1h);
    CHECK(calls.try_acquire(2));
    CHECK_FALSE(calls.try_acquire());
  });
}

TEST_CASE("a wait that is cancelled takes no token") {
  run_virtually([]() -> task<> {
    rate_limiter calls(100, 1s, 1);
    co_await calls.acquire();
    const auto waited = co_await with_timeout(5ms, calls.acquire()).as_result();
    CHECK_FALSE(waited.has_value());
    co_await sleep(5ms);
    CHECK(calls.try_acquire());
  });
}

TEST_SUITE_END();
