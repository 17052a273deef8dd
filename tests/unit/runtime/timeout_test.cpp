// SPDX-License-Identifier: Apache-2.0
#include "weir/timeout.hpp"

#include <doctest/doctest.h>

#include "failing.hpp"
#include "run.hpp"
#include "weir/manual_reset_event.hpp"
#include "weir/scope.hpp"
#include "weir/sleep.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.timeout");

namespace {

task<int> answer_after(duration wait) {
  co_await sleep(wait);
  co_return 42;
}

/// Wants to stop late: what it awaits cannot be cancelled.
task<int> answer_after_all(duration wait) { co_return co_await shield(answer_after(wait)); }

task<> wait_for(manual_reset_event& awaited) { co_await awaited.wait(); }

task<time_point> deadline_here() {
  const detail::stop_context* stop = co_await detail::current_stop{};
  co_return stop->deadline();
}

}  // namespace

TEST_CASE("work that is done in time gives its value") {
  run_virtually([]() -> task<> {
    CHECK(co_await with_timeout(2s, answer_after(1s)) == 42);
    CHECK(loop::current().timers().empty());
  });
}

TEST_CASE("work that is late is cancelled at the deadline, and the error says deadline") {
  run_virtually([]() -> task<> {
    const time_point start = loop::current().now();
    const auto late = co_await with_timeout(1s, answer_after(2s)).as_result();
    REQUIRE_FALSE(late.has_value());
    CHECK(late.error().is(errc::deadline_exceeded));
    CHECK(late.error().disposition() == disposition::retry);
    CHECK(loop::current().now() - start == 1s);
  });
}

TEST_CASE("work that succeeds after its deadline keeps its value") {
  run_virtually([]() -> task<> { CHECK(co_await with_timeout(1s, answer_after_all(3s)) == 42); });
}

TEST_CASE("the earlier of two nested deadlines decides") {
  run_virtually([]() -> task<> {
    const time_point start = loop::current().now();
    const auto outer = co_await with_timeout(1s, with_timeout(5s, answer_after(9s))).as_result();
    CHECK(outer.error().is(errc::deadline_exceeded));
    CHECK(loop::current().now() - start == 1s);

    const auto inner = co_await with_timeout(5s, with_timeout(1s, answer_after(9s))).as_result();
    CHECK(inner.error().is(errc::deadline_exceeded));
    CHECK(loop::current().now() - start == 2s);
    CHECK(loop::current().timers().empty());
  });
}

TEST_CASE("what runs inside knows the earliest deadline") {
  run_virtually([]() -> task<> {
    const time_point start = loop::current().now();
    CHECK(co_await with_timeout(2s, deadline_here()) == start + 2s);
    CHECK(co_await with_timeout(2s, with_timeout(9s, deadline_here())) == start + 2s);
    CHECK(co_await with_timeout(9s, with_timeout(2s, deadline_here())) == start + 2s);
  });
}

TEST_CASE("a cancellation from outside stays a cancellation, also when its end comes late") {
  run_virtually([]() -> task<> {
    bool cancelled = false;
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn([](bool& seen) -> task<> {
        // Stopped after one second, it takes two more to clean up, which passes the deadline.
        const auto work = []() -> task<> {
          const auto slept = co_await sleep(1h).as_result();
          co_await shield(as_task(sleep(2s)));
          slept.value();
        };
        const auto ended = co_await with_timeout(2s, work()).as_result();
        seen = !ended.has_value() && ended.error().is_cancelled();
      }(cancelled));
      co_await sleep(1s);
    });
    CHECK(cancelled);
  });
}

TEST_CASE("the error of the work passes through a deadline unchanged") {
  run_virtually([]() -> task<> {
    const auto failed = co_await with_timeout(1s, fail_after(3, "of its own")).as_result();
    CHECK(failed.error().message() == "of its own");
  });
}

TEST_CASE("a deadline that has passed lets nothing wait") {
  run_virtually([]() -> task<> {
    const time_point start = loop::current().now();
    const auto late = co_await with_deadline(start - 1s, answer_after(1s)).as_result();
    CHECK(late.error().is(errc::deadline_exceeded));
    CHECK(loop::current().now() == start);
  });
}

TEST_CASE("no limit means no timer") {
  run_virtually([]() -> task<> {
    manual_reset_event soon;
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn(with_timeout(duration::max(), wait_for(soon)));
      co_await yield();
      CHECK(loop::current().timers().empty());
      soon.set();
      co_await children.join();
    });
  });
}

TEST_CASE("a timeout counts from when it is awaited, a deadline stands") {
  run_virtually([]() -> task<> {
    const time_point start = loop::current().now();
    auto limited = with_timeout(50ms, answer_after(40ms));
    auto waiting = with_timeout(50ms, deadline_here());
    auto bounded = with_deadline(start + 1s, deadline_here());
    co_await sleep(100ms);
    CHECK(co_await std::move(waiting) == start + 150ms);
    CHECK(co_await std::move(bounded) == start + 1s);
    CHECK(co_await std::move(limited) == 42);
  });
}

TEST_CASE("an awaitable that is not a task takes a timeout too") {
  run_virtually([]() -> task<> {
    manual_reset_event never;
    const auto late = co_await with_timeout(1s, never.wait()).as_result();
    CHECK(late.error().is(errc::deadline_exceeded));
  });
}

TEST_CASE("shielded work runs to its end in a stopped scope, and then the stop is felt again") {
  run_virtually([]() -> task<> {
    bool cleaned = false;
    bool stopped_after = false;
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn([](bool& done, bool& stopped) -> task<> {
        const auto slept = co_await sleep(1h).as_result();
        done = !slept.has_value() && co_await shield(answer_after(5s)) == 42;
        stopped = !(co_await sleep(1s).as_result()).has_value();
      }(cleaned, stopped_after));
      co_await yield();
    });
    CHECK(cleaned);
    CHECK(stopped_after);
  });
}

TEST_SUITE_END();
