// SPDX-License-Identifier: Apache-2.0
#include "weir/resilience/bulkhead.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "calls.hpp"
#include "run.hpp"
#include "weir/scope.hpp"
#include "weir/yield.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("resilience.bulkhead");

namespace {

struct load {
  int inside = 0;
  int most = 0;
  int refused = 0;
};

task<> work_for(duration wait, load& counted) {
  counted.most = std::max(counted.most, ++counted.inside);
  const auto slept = co_await sleep(wait).as_result();
  --counted.inside;
  slept.value();
}

task<> pass(bulkhead& through, duration wait, load& counted) {
  const auto ended = co_await through.run(work_for(wait, counted)).as_result();
  if (!ended.has_value()) ++counted.refused;
}

}  // namespace

TEST_CASE("no more run at a time than it says, and who comes when the queue is full is refused") {
  run_virtually([]() -> task<> {
    bulkhead places({.name = "reports", .at_once = 3, .waiting_max = 4});
    load counted;
    co_await with_scope([&](scope& children) -> task<> {
      for (int count = 0; count < 10; ++count) children.spawn(pass(places, 1s, counted));
      co_await yield();
      CHECK(places.in_use() == 3);
      CHECK(places.waiting() == 4);
      const auto full = co_await places.run(succeed()).as_result();
      CHECK(error_text(full) ==
            "bulkhead 'reports': 3 run at the same time, and 4 wait: no more may");
      CHECK(full.error().is(errc::limit_exceeded));
      CHECK(full.error().disposition() == disposition::retry);
      co_await children.join();
    });
    CHECK(counted.most == 3);
    CHECK(counted.refused == 3);
    CHECK(places.in_use() == 0);
    CHECK(places.waiting() == 0);
  });
}

TEST_CASE("who has waited for too long is refused, and leaves no trace") {
  run_virtually([]() -> task<> {
    bulkhead places({.name = "reports", .at_once = 1, .waiting_max = 1, .wait_max = 2s});
    const time_point start = loop::current().now();
    {
      const auto held = co_await places.enter();
      const auto late = co_await places.run(succeed()).as_result();
      CHECK(error_text(late) ==
            "bulkhead 'reports': 1 run at the same time, and none of them has ended within 2s");
      CHECK(late.error().is(errc::limit_exceeded));
      CHECK(loop::current().now() - start == 2s);
    }
    CHECK(places.waiting() == 0);
    CHECK(co_await places.run(succeed()) == 42);
    CHECK(loop::current().timers().empty());
  });
}

TEST_CASE("who is cancelled while it waits holds no place, and its error is the cancellation") {
  run_virtually([]() -> task<> {
    bulkhead places({.at_once = 1, .waiting_max = 2, .wait_max = 1h});
    bool cancelled = false;
    {
      const auto held = co_await places.enter();
      co_await with_scope([&](scope& children) -> task<> {
        children.spawn([&]() -> task<> {
          const auto ended = co_await places.run(succeed()).as_result();
          cancelled = !ended.has_value() && ended.error().is_cancelled();
        });
        co_await yield();
        CHECK(places.waiting() == 1);
      });
    }
    CHECK(cancelled);
    CHECK(places.waiting() == 0);
    CHECK(places.in_use() == 0);
  });
}

TEST_CASE("work that fails or is cancelled frees its place") {
  run_virtually([]() -> task<> {
    bulkhead places({.at_once = 1});
    const auto failed = co_await places.run(fail_with(nonsense())).as_result();
    CHECK(error_text(failed) == "no such item");
    const auto late = co_await with_timeout(1s, places.run(answer_after(1h))).as_result();
    CHECK(late.error().is(errc::deadline_exceeded));
    CHECK(places.in_use() == 0);
  });
}

TEST_CASE("without a queue who finds no place is refused at once") {
  run_virtually([]() -> task<> {
    bulkhead places({.at_once = 1});
    const auto held = co_await places.enter();
    const auto full = co_await places.run(succeed()).as_result();
    CHECK(full.error().is(errc::limit_exceeded));
  });
}

TEST_CASE("a bulkhead says what it does, and refuses what cannot work") {
  CHECK(bulkhead({.at_once = 8}).describe() == "at most 8 at a time, none waits");
  CHECK(bulkhead({.at_once = 8, .waiting_max = 9}).describe() == "at most 8 at a time, 9 wait");
  CHECK(bulkhead({.at_once = 8, .waiting_max = 9, .wait_max = 1s}).describe() ==
        "at most 8 at a time, 9 wait for up to 1s");
  CHECK_THROWS_AS(bulkhead({.at_once = 0}), error);
  CHECK_THROWS_AS(bulkhead({.wait_max = 0s}), error);
}

TEST_SUITE_END();
