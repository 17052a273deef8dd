// SPDX-License-Identifier: Apache-2.0
#include "weir/resilience/time_limit.hpp"

#include <doctest/doctest.h>

#include "calls.hpp"
#include "run.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("resilience.time_limit");

TEST_CASE("work that takes too long is cancelled, and the error says deadline") {
  run_virtually([]() -> task<> {
    const time_point start = loop::current().now();
    const auto late = co_await time_limit(2s).run(answer_after(1h)).as_result();
    REQUIRE_FALSE(late.has_value());
    CHECK(late.error().is(errc::deadline_exceeded));
    CHECK(loop::current().now() - start == 2s);
  });
}

TEST_CASE("the time counts from when it is awaited, and the limit need not outlive the call") {
  run_virtually([]() -> task<> {
    auto work = time_limit(2s).run([] { return answer_after(1s); });
    co_await sleep(10s);
    CHECK(co_await std::move(work) == 42);
  });
}

TEST_CASE("a limit says how long") { CHECK(time_limit(1500ms).describe() == "1500ms"); }

TEST_SUITE_END();
