// SPDX-License-Identifier: Apache-2.0
#include "weir/call_on.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <random>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

#include "failing.hpp"
#include "run.hpp"
#include "seed.hpp"
#include "weir/manual_reset_event.hpp"
#include "weir/runtime.hpp"
#include "weir/scope.hpp"
#include "weir/sleep.hpp"
#include "weir/timeout.hpp"
#include "weir/when_all.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.call_on");

namespace {

/// Runs `body(other)` on the first of two loops.
template <class Body>
void run_beside(Body body) {
  runtime(2).run([&](peers all) -> task<> {
    if (all.index() == 0) co_await body(all[1]);
  });
}

task<int> twice(int number) {
  co_await yield();
  co_return 2 * number;
}

task<time_point> own_deadline() { co_return (co_await detail::current_stop{})->deadline(); }

/// Says that it has begun, and waits until it is stopped.
task<int> wait_for_stop(std::binary_semaphore& begun, std::atomic<bool>& stopped) {
  begun.release();
  const auto slept = co_await sleep(duration::max()).as_result();
  co_await shield(as_task(sleep(1ms)));
  stopped = !slept.has_value();
  co_return 7;
}

task<int> call_often(loop& other, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  int ended = 0;
  for (int count = 0; count < 200; ++count) {
    const auto limit = std::chrono::microseconds(random() % 50);
    const auto pause = std::chrono::microseconds(random() % 50);
    const auto called = co_await with_timeout(limit, call_on(other,
                                                             [&]() -> task<int> {
                                                               co_await sleep(pause);
                                                               co_return 1;
                                                             }))
                            .as_result();
    ended += called.has_value() ? *called : 1;
  }
  co_return ended;
}

}  // namespace

TEST_CASE("the task runs on the other loop, and its value comes back") {
  run_beside([](loop& other) -> task<> {
    loop& here = loop::current();
    const int doubled = co_await call_on(other, [] { return twice(21); });
    CHECK(doubled == 42);
    const auto ran_on = co_await call_on(other, []() -> task<loop*> {
      co_await yield();
      co_return &loop::current();
    });
    CHECK(ran_on == &other);
    CHECK(&loop::current() == &here);
  });
}

TEST_CASE("a task without a value and values that can only be moved come back too") {
  run_beside([](loop& other) -> task<> {
    bool done = false;
    co_await call_on(other, [&done]() -> task<> {
      done = true;
      co_return;
    });
    CHECK(done);
    const auto owned =
        co_await call_on(other, [] { return value_after(2, std::make_unique<int>(5)); });
    CHECK(*owned == 5);
  });
}

TEST_CASE("exceptions travel, out of the task and out of the function that makes it") {
  run_beside([](loop& other) -> task<> {
    const auto failed =
        co_await call_on(other, [] { return fail_after(1, "over there"); }).as_result();
    CHECK(failed.error().message() == "over there");
    CHECK_THROWS_WITH_AS(co_await call_on(other, [] { return fail_after(0, "at once"); }),
                         "at once", error);
    const auto never_made = [](bool fails) -> task<int> {
      if (fails) throw failure("no task");
      return twice(1);
    };
    CHECK_THROWS_WITH_AS(
        static_cast<void>(co_await call_on(other, [&] { return never_made(true); })), "no task",
        error);
  });
}

TEST_CASE("the caller's cancellation stops the task there and awaits its end") {
  run_beside([](loop& other) -> task<> {
    std::binary_semaphore begun(0);
    std::atomic<bool> stopped{false};
    {
      scope children;
      children.spawn(
          [](loop& there, std::binary_semaphore& started, std::atomic<bool>& was) -> task<> {
            // What it gives all the same is not lost.
            CHECK(co_await call_on(there, [&] { return wait_for_stop(started, was); }) == 7);
          }(other, begun, stopped));
      co_await yield();
      begun.acquire();
      CHECK_FALSE(stopped);
      co_await children.close();
    }
    CHECK(stopped);
  });
}

TEST_CASE("a call that was stopped before it is made is not made") {
  run_beside([](loop& other) -> task<> {
    scope stopped;
    stopped.request_stop();
    bool cancelled = false;
    stopped.spawn([](loop& there, bool& was) -> task<> {
      const auto called = co_await call_on(there, [] { return twice(1); }).as_result();
      was = !called.has_value() && called.error().is_cancelled();
    }(other, cancelled));
    co_await stopped.close();
    CHECK(cancelled);
  });
}

TEST_CASE("the task knows the caller's deadline") {
  run_beside([](loop& other) -> task<> {
    CHECK(co_await call_on(other, [] { return own_deadline(); }) == time_point::max());
    const time_point limit = loop::current().now() + 1h;
    const auto there =
        co_await with_deadline(limit, as_task(call_on(other, [] { return own_deadline(); })));
    CHECK(there == limit);
  });
}

TEST_CASE("a loop can call on itself") {
  run([]() -> task<> {
    CHECK(co_await call_on(loop::current(), [] { return twice(4); }) == 8);
    std::binary_semaphore begun(0);
    std::atomic<bool> stopped{false};
    const auto late =
        co_await with_timeout(
            1ms, call_on(loop::current(), [&] { return wait_for_stop(begun, stopped); }))
            .as_result();
    CHECK(late.has_value());
    CHECK(stopped);
  });
}

TEST_CASE("calls may go both ways at the same time, and through each other") {
  runtime(2).run([](peers all) -> task<> {
    loop& home = loop::current();
    loop& other = all[1 - all.index()];
    const auto there_and_back = [&](int number) -> task<int> {
      const int doubled = co_await call_on(home, [number] { return twice(number); });
      co_return doubled + 1;
    };
    std::vector<task<int>> calls;
    for (int number = 0; number < 50; ++number) {
      calls.push_back(as_task(call_on(other, [&, number] { return there_and_back(number); })));
    }
    const auto values = co_await when_all(std::move(calls));
    for (int number = 0; number < 50; ++number) {
      CHECK(values[static_cast<std::size_t>(number)] == 2 * number + 1);
    }
  });
}

TEST_CASE("under random time-outs every call ends") {
  std::mt19937_64 random(seed());
  const std::array seeds{random(), random(), random()};
  runtime(3).run([&](peers all) -> task<> {
    const std::size_t here = all.index();
    loop& other = all[(here + 1) % 3];
    const auto ended =
        co_await when_all(call_often(other, seeds[here]), call_often(other, seeds[here] + 1));
    CHECK(ended == std::tuple(200, 200));
  });
}

TEST_CASE("the end of a loop waits for the calls that came to it") {
  std::atomic<loop*> short_lived{nullptr};
  std::atomic<bool> called{false};
  std::thread owner([&] {
    loop other;
    short_lived = &other;
    // It turns no more, and its destructor runs what has come.
    while (!called) std::this_thread::yield();
  });
  run([&]() -> task<> {
    while (short_lived.load() == nullptr) co_await yield();
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn([](loop& there) -> task<> {
        CHECK(co_await call_on(there, [] { return twice(3); }) == 6);
      }(*short_lived));
      co_await yield();
      called = true;
      co_await children.join();
    });
  });
  owner.join();
}

TEST_SUITE_END();
