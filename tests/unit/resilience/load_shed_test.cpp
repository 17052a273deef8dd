// SPDX-License-Identifier: Apache-2.0
#include "weir/resilience/load_shed.hpp"

#include <doctest/doctest.h>

#include "calls.hpp"
#include "run.hpp"
#include "weir/scope.hpp"
#include "weir/timeout.hpp"
#include "weir/yield.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("resilience.load_shed");

namespace {

task<> call(load_shed& through, duration wait, int& refused) {
  const auto ended = co_await through.run(answer_after(wait)).as_result();
  if (!ended.has_value() && ended.error().is(errc::limit_exceeded)) ++refused;
}

}  // namespace

TEST_CASE("what is above the limit is refused at once, and says so") {
  run_virtually([]() -> task<> {
    load_shed search("search", 2);
    int refused = 0;
    co_await with_scope([&](scope& children) -> task<> {
      for (int count = 0; count < 5; ++count) children.spawn(call(search, 1s, refused));
      co_await yield();
      CHECK(search.in_flight() == 2);
      CHECK(refused == 3);
      const auto more = co_await search.run(succeed()).as_result();
      CHECK(error_text(more) ==
            "'search' refuses: 2 run at the same time, and no more than 2 may now; come again "
            "later, or less often");
      co_await children.join();
    });
    CHECK(search.in_flight() == 0);
  });
}

TEST_CASE("work that fails or is cancelled does not stay counted") {
  run_virtually([]() -> task<> {
    load_shed search("search", 1);
    static_cast<void>(co_await search.run(fail_with(refused())).as_result());
    static_cast<void>(co_await with_timeout(1s, search.run(answer_after(1h))).as_result());
    CHECK(search.in_flight() == 0);
    CHECK(co_await search.run(succeed()) == 42);
    CHECK(search.limit() == 1);
  });
}

TEST_CASE("calls that fail because the other one is in trouble make an adaptive limit smaller") {
  run_virtually([]() -> task<> {
    load_shed search("search", adaptive_limit({.min = 1, .max = 100, .first = 100}));
    for (int calls = 0; calls < 100; ++calls) co_await search.run(answer_after(1ms));
    CHECK(search.limit() == 100);
    for (int calls = 0; calls < 1000; ++calls) {
      static_cast<void>(co_await search.run(fail_with(nonsense())).as_result());
    }
    CHECK(search.limit() == 100);
    for (int calls = 0; calls < 1000; ++calls) {
      static_cast<void>(co_await search.run(fail_with(refused())).as_result());
    }
    CHECK(search.limit() < 50);
  });
}

TEST_CASE("a shed says what it does, and refuses what cannot work") {
  CHECK(load_shed("search", 8).describe() == "at most 8 at a time, more are refused");
  CHECK(load_shed("search", adaptive_limit({.max = 200})).describe() ==
        "4 to 200 at a time, by latency, more are refused");
  CHECK_THROWS_AS(load_shed("search", 0), error);
}

TEST_SUITE_END();
