// SPDX-License-Identifier: Apache-2.0
#include "weir/loop_counters.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <numeric>
#include <thread>

#include "run.hpp"
#include "weir/manual_reset_event.hpp"
#include "weir/scope.hpp"
#include "weir/sleep.hpp"
#include "weir/yield.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.loop_counters");

namespace {

loop_counters counters() { return loop::current().counters(); }

task<> wait_for(manual_reset_event& awaited) { co_await awaited.wait(); }
task<> take_a_nap(duration span) { co_await sleep(span); }

std::uint64_t sum(const turn_durations& spans) {
  return std::accumulate(spans.counts().begin(), spans.counts().end(), std::uint64_t{0});
}

}  // namespace

TEST_CASE("tasks are counted as spawned, alive and ready") {
  run([]() -> task<> {
    manual_reset_event released;
    co_await with_scope([&](scope& children) -> task<> {
      for (int count = 0; count < 3; ++count) children.spawn(wait_for(released));
      CHECK(counters().tasks_spawned == 4);
      CHECK(counters().tasks_alive == 4);
      CHECK(counters().tasks_ready == 3);
      co_await yield();
      CHECK(counters().tasks_ready == 0);
      released.set();
      CHECK(counters().tasks_ready == 3);
      co_await children.join();
      CHECK(counters().tasks_alive == 1);
      CHECK(counters().tasks_spawned == 4);
    });
  });
}

TEST_CASE("timers are counted as armed and as fired") {
  run_virtually([]() -> task<> {
    co_await with_scope([](scope& children) -> task<> {
      children.spawn(take_a_nap(1s));
      children.spawn(take_a_nap(2s));
      children.spawn(take_a_nap(1h));
      co_await yield();
      CHECK(counters().timers_armed == 3);
      CHECK(counters().timers == 0);
      co_await sleep(10s);
      CHECK(counters().timers == 3);
      CHECK(counters().timers_armed == 1);
    });
    CHECK(counters().timers_armed == 0);
    CHECK(counters().timers == 3);
  });
}

TEST_CASE("resumes, turns and the times of turns are counted") {
  run_virtually([]() -> task<> {
    const loop_counters before = counters();
    for (int count = 0; count < 10; ++count) co_await sleep(1s);
    const loop_counters after = counters();
    CHECK(after.resumes - before.resumes == 10);
    CHECK(after.turns - before.turns == 20);  // One turn fires the timer, the next one resumes.
    CHECK(sum(after.turn_time) - sum(before.turn_time) == 10);
    CHECK(after.turn_time.counts()[0] == sum(after.turn_time));  // In virtual time all take none.
  });
}

TEST_CASE("a turn's time is counted at the power of two above its microseconds") {
  turn_durations spans;
  const auto count_at = [&](std::size_t place) { return spans.counts()[place]; };
  for (const duration span : {0ns, 999ns, 1'000ns, 1'999ns, 2'000ns, 1'023'999ns, 1'024'000ns}) {
    spans.add(span);
  }
  CHECK(count_at(0) == 2);
  CHECK(count_at(1) == 2);
  CHECK(count_at(2) == 1);
  CHECK(count_at(10) == 1);
  CHECK(count_at(11) == 1);
  CHECK(spans.total() == 2'053'997ns);
  spans.add(1h);
  CHECK(spans.total() == 1h + 2'053'997ns);
  CHECK(count_at(turn_durations::places - 1) == 1);
  CHECK(turn_durations::limit(0) == 1us);
  CHECK(turn_durations::limit(10) == 1'024us);
  CHECK(turn_durations::limit(turn_durations::places - 1) == duration::max());
}

TEST_CASE("a wake is counted where it is sent and where it is received") {
  run([]() -> task<> {
    loop& here = loop::current();
    loop* there = nullptr;
    manual_reset_event has_begun;
    manual_reset_event may_end;
    std::uint64_t received = 0;
    std::thread other([&] {
      loop home;
      there = &home;
      home.run([](loop& first, manual_reset_event& begun, manual_reset_event& end) -> task<> {
        first.post([&begun] { begun.set(); });
        co_await end.wait();
      }(here, has_begun, may_end));
      received = home.counters().driver.wakes;
    });
    co_await has_begun.wait();
    while (counters().wakes_sent == 0) {
      there->post([] {});  // To a loop that is not yet asleep again, now and then.
      co_await yield();
    }
    there->post([&may_end] { may_end.set(); });
    other.join();
    CHECK(received >= 1);
    CHECK(counters().posts == 1);
  });
}

TEST_CASE("the counters of the driver are part of the loop's") {
  run([]() -> task<> {
    co_await sleep(1us);
    const driver_counters own = loop::current().driver().counters();
    CHECK(own.enters > 0);
    CHECK(counters().driver.enters == own.enters);
    CHECK(counters().driver.completions == own.completions);
    // On io_uring the wake is waited for, at least; nothing else has a queue.
    const bool has_queue = loop::current().driver().name() == "uring";
    CHECK((own.submissions > 0) == has_queue);
    CHECK(own.overflows == 0);
  });
}

TEST_SUITE_END();
