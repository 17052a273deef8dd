// SPDX-License-Identifier: Apache-2.0
#include "weir/sleep.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "run.hpp"
#include "weir/scope.hpp"
#include "weir/yield.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.sleep");

namespace {

constexpr int sleepers = 500;

task<> note_after(duration wait, int id, std::vector<int>& order) {
  co_await sleep(wait);
  order.push_back(id);
}

task<> note_at(time_point when, int id, std::vector<int>& order) {
  co_await sleep_until(when);
  order.push_back(id);
}

}  // namespace

TEST_CASE("a sleep ends at its moment exactly, where time is virtual") {
  run_virtually([]() -> task<> {
    const time_point start = loop::current().now();
    co_await sleep(90min);
    CHECK(loop::current().now() - start == 90min);
    co_await sleep_until(start + 100min);
    CHECK(loop::current().now() - start == 100min);
  });
}

TEST_CASE("a sleep is never shorter than asked for") {
  run([]() -> task<> {
    const time_point start = loop::current().now();
    co_await sleep(3ms);
    CHECK(loop::current().now() - start >= 3ms);
  });
}

TEST_CASE("sleeps end in the order of their moments") {
  run_virtually([]() -> task<> {
    std::vector<int> order;
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn(note_after(3s, 3, order));
      children.spawn(note_after(1s, 1, order));
      children.spawn(note_after(2s, 2, order));
      co_await children.join();
    });
    CHECK(order == std::vector{1, 2, 3});
  });
}

TEST_CASE("sleeps of one moment end in the order in which they began, cancels between or not") {
  run_virtually([]() -> task<> {
    const time_point moment = loop::current().now() + 1h;
    std::vector<int> order;
    co_await with_scope([&](scope& children) -> task<> {
      scope cancelled;
      for (int id = 0; id < sleepers; ++id) {
        if (id % 3 == 0) cancelled.spawn(note_at(moment, -1, order));
        if (id % 100 == 0) co_await sleep(1s);
        children.spawn(note_at(moment, id, order));
      }
      co_await sleep(1s);
      co_await cancelled.close();
      co_await children.join();
    });
    CHECK(loop::current().now() == moment);
    CHECK(order.size() == sleepers);
    CHECK(std::is_sorted(order.begin(), order.end()));
  });
}

TEST_CASE("a moment that has passed, and a span below zero, end on the next turn") {
  run_virtually([]() -> task<> {
    const time_point start = loop::current().now();
    co_await sleep_until(start - 1h);
    co_await sleep(-1h);
    co_await sleep(0s);
    CHECK(loop::current().now() == start);
  });
}

TEST_CASE("a cancelled sleep throws at once") {
  run_virtually([]() -> task<> {
    const time_point start = loop::current().now();
    co_await with_scope([](scope& children) -> task<> {
      children.spawn([]() -> task<> {
        const auto slept = co_await sleep(duration::max()).as_result();
        REQUIRE_FALSE(slept.has_value());
        CHECK(slept.error().is_cancelled());
        CHECK_FALSE((co_await sleep(1s).as_result()).has_value());
      }());
      co_await yield();
    });
    CHECK(loop::current().now() == start);
    CHECK(loop::current().timers().empty());
  });
}

TEST_CASE("yield lets every other ready task run once") {
  run_virtually([]() -> task<> {
    std::vector<int> order;
    const auto turns = [](int id, std::vector<int>& seen) -> task<> {
      for (int turn = 0; turn < 3; ++turn) {
        seen.push_back(id);
        co_await yield();
      }
    };
    co_await with_scope([&](scope& children) -> task<> {
      for (int id = 0; id < 3; ++id) children.spawn(turns(id, order));
      co_await children.join();
    });
    CHECK(order == std::vector{0, 1, 2, 0, 1, 2, 0, 1, 2});
  });
}

TEST_CASE("yield throws in a task that was stopped") {
  run_virtually([]() -> task<> {
    bool cancelled = false;
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn([](bool& seen) -> task<> {
        try {
          for (;;) co_await yield();
        } catch (const error& stopped) {
          seen = stopped.is_cancelled();
          throw;
        }
      }(cancelled));
      co_await yield();
      co_await yield();
    });
    CHECK(cancelled);
  });
}

TEST_SUITE_END();
