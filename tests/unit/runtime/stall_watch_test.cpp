// SPDX-License-Identifier: Apache-2.0
#include "stall_watch.hpp"

#include <doctest/doctest.h>

#include <string>
#include <thread>

#include "run.hpp"
#include "weir/manual_reset_event.hpp"
#include "weir/scope.hpp"
#include "weir/yield.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;
using detail::stall_watch;

TEST_SUITE_BEGIN("runtime.stall_watch");

namespace {

// The moments are the test's own: what the loops do between two looks is known, not timed.
constexpr time_point start = time_point(1h);
constexpr duration threshold = 10ms;

/// Lets loops tell from where tasks went on, as a stall_monitor does.
class watching {
 public:
  watching() { detail::loops_are_watched = true; }
  ~watching() { detail::loops_are_watched = false; }
};

loop_counters counters() { return loop::current().counters(); }

}  // namespace

TEST_CASE("a task that still runs after the threshold is told once, with both of its places") {
  const watching on;
  run([]() -> task<> {
    co_await with_scope([](scope& children) -> task<> {
      const auto spawn_line = std::source_location::current().line() + 1;
      children.spawn([](unsigned spawned) -> task<> {
        const auto last_line = std::source_location::current().line() + 1;
        co_await yield();
        stall_watch watch(threshold);
        CHECK(watch.look(start).empty());
        CHECK(watch.look(start + 5ms).empty());
        CHECK(counters().stalls == 0);

        const auto stalls = watch.look(start + 10ms);

        CHECK(stalls.size() == 1);
        CHECK(stalls[0].loop == loop::current().number());
        CHECK(stalls[0].task == 2);
        CHECK(stalls[0].went_on_from.line() == last_line);
        CHECK(stalls[0].spawned_at.line() == spawned);
        CHECK(stalls[0].held == 10ms);
        CHECK(stalls[0].untold == 0);
        CHECK(watch.look(start + 15ms).empty());
        CHECK(counters().stalls == 1);
        CHECK(counters().longest_stall == 15ms);
      }(spawn_line));
      co_await children.join();
    });
  });
}

TEST_CASE("a task that ran in the meantime, or another one, is no stall") {
  run([]() -> task<> {
    stall_watch watch(threshold);
    for (int look = 0; look < 10; ++look) {
      CHECK(watch.look(start + look * 5ms).empty());
      co_await yield();
    }
    CHECK(counters().stalls == 0);
  });
}

TEST_CASE("a loop that does nothing is no stall") {
  loop idle;
  stall_watch watch(threshold);
  for (int look = 0; look < 5; ++look) CHECK(watch.look(start + look * 5ms).empty());
  CHECK(idle.counters().stalls == 0);
}

TEST_CASE("time in which the machine stood still is nobody's stall") {
  run([]() -> task<> {
    stall_watch watch(threshold);
    CHECK(watch.look(start).empty());
    CHECK(watch.look(start + 5ms).empty());
    CHECK(watch.look(start + 5min).empty());
    CHECK(watch.look(start + 5min + 5ms).empty());
    CHECK(watch.look(start + 5min + 10ms).size() == 1);
    CHECK(counters().longest_stall == 10ms);
    co_return;
  });
}

TEST_CASE("a closure that was posted can be the stall too") {
  const watching on;
  run([]() -> task<> {
    manual_reset_event done;
    loop::current().post([&done] {
      stall_watch watch(threshold);
      watch.look(start);
      watch.look(start + 5ms);
      const auto stalls = watch.look(start + 10ms);
      CHECK(stalls.size() == 1);
      CHECK(stalls[0].task == 0);
      done.set();
    });
    co_await done.wait();
  });
}

TEST_CASE("stalls that follow too soon are counted, and told with the next one") {
  run([]() -> task<> {
    stall_watch watch(threshold);
    duration at{};
    int told = 0;
    for (int round = 0; round < 3; ++round) {
      for (int look = 0; look < 4; ++look, at += 5ms) {
        told += static_cast<int>(watch.look(start + at).size());
      }
      co_await yield();
    }
    CHECK(told == 1);
    CHECK(counters().stalls == 3);

    at += stall_monitor::between_reports;
    watch.look(start + at);
    watch.look(start + at + 5ms);
    const auto stalls = watch.look(start + at + 10ms);

    CHECK(stalls.size() == 1);
    CHECK(stalls[0].untold == 2);
    CHECK(counters().stalls == 4);
  });
}

TEST_CASE("a stall that began too soon is told when it lasts") {
  run([]() -> task<> {
    stall_watch watch(threshold);
    for (const duration at : {0ms, 5ms, 10ms}) watch.look(start + at);
    co_await yield();
    duration told_at{};
    for (duration at = 15ms; at < 2s && told_at == 0ms; at += 5ms) {
      if (!watch.look(start + at).empty()) told_at = at;
    }
    CHECK(told_at == 1010ms);
    CHECK(counters().stalls == 2);
  });
}

TEST_CASE("a loop that has ended is forgotten, and its number is not given again") {
  stall_watch watch(threshold);
  unsigned first = 0;
  {
    loop home;
    first = home.number();
    watch.look(start);
  }
  loop next;
  CHECK(next.number() > first);
  CHECK(watch.look(start + 5ms).empty());
}

TEST_SUITE_END();
