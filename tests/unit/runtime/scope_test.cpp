// SPDX-License-Identifier: Apache-2.0
#include "weir/scope.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "death.hpp"
#include "failing.hpp"
#include "run.hpp"
#include "weir/manual_reset_event.hpp"
#include "weir/sleep.hpp"
#include "weir/timeout.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.scope");

namespace {

/// Counts itself while it lives; ends when it is stopped, `slow` later.
task<> run_until_stopped(int& alive, duration slow = 0s) {
  ++alive;
  const auto slept = co_await sleep(duration::max()).as_result();
  co_await shield(as_task(sleep(slow)));
  --alive;
  slept.value();
}

task<> add(int& sum, int value) {
  co_await yield();
  sum += value;
}

}  // namespace

TEST_CASE("join waits for every child") {
  run_virtually([]() -> task<> {
    int sum = 0;
    co_await with_scope([&](scope& children) -> task<> {
      for (int value = 1; value <= 100; ++value) children.spawn(add(sum, value));
      CHECK(children.size() == 100);
      co_await children.join();
      CHECK(children.size() == 0);
    });
    CHECK(sum == 5050);
  });
}

TEST_CASE("a function is kept until the task that it gives has ended") {
  run_virtually([]() -> task<> {
    std::string text;
    scope children;
    for (const char* word : {"one ", "two "}) {
      children.spawn([&text, kept = std::string(word)]() -> task<> {
        co_await yield();
        text += kept;
      });
    }
    co_await children.join();
    CHECK(text == "one two ");
  });
}

TEST_CASE("a body that returns leaves no child behind: those left are stopped and awaited") {
  run_virtually([]() -> task<> {
    int alive = 0;
    const time_point start = loop::current().now();
    const int value = co_await with_scope([&](scope& children) -> task<int> {
      children.spawn(run_until_stopped(alive, 3s));
      children.spawn(run_until_stopped(alive));
      co_await yield();
      CHECK(alive == 2);
      co_return 7;
    });
    CHECK(value == 7);
    CHECK(alive == 0);
    CHECK(loop::current().now() - start == 3s);
  });
}

TEST_CASE("a body that throws leaves no child behind either") {
  run_virtually([]() -> task<> {
    int alive = 0;
    const auto ended = co_await with_scope([&](scope& children) -> task<> {
                         children.spawn(run_until_stopped(alive, 1s));
                         co_await yield();
                         throw std::runtime_error("of the body");
                       }).as_result();
    CHECK(ended.error().message() == "of the body");
    CHECK(alive == 0);
  });
}

TEST_CASE("the first child that fails stops the others and the body, and its error is thrown") {
  run_virtually([]() -> task<> {
    int alive = 0;
    bool body_stopped = false;
    const auto ended = co_await with_scope([&](scope& children) -> task<> {
                         children.spawn(run_until_stopped(alive, 1s));
                         children.spawn(fail_after(2, "the first"));
                         children.spawn(fail_after(5, "too late"));
                         const auto slept = co_await sleep(1h).as_result();
                         body_stopped = !slept.has_value();
                         slept.value();
                       }).as_result();
    CHECK(body_stopped);
    CHECK(alive == 0);
    REQUIRE_FALSE(ended.has_value());
    CHECK(ended.error().message() == "the first");
  });
}

TEST_CASE("join throws the first error, of whatever type") {
  run_virtually([]() -> task<> {
    std::string text;
    scope children;
    children.spawn([]() -> task<> {
      co_await yield();
      throw std::out_of_range("not a weir::error");
    }());
    try {
      co_await children.join();
    } catch (const std::out_of_range& caught) {
      text = caught.what();
    }
    CHECK(text == "not a weir::error");
    CHECK(children.size() == 0);
  });
}

TEST_CASE("a child that ends as cancelled is no failure") {
  run_virtually([]() -> task<> {
    int sum = 0;
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn([]() -> task<> {
        throw error::cancelled();
        co_return;
      }());
      children.spawn(add(sum, 1));
      co_await children.join();
    });
    CHECK(sum == 1);
  });
}

TEST_CASE("a task spawned in a stopped scope starts stopped: it may run, but not wait") {
  run_virtually([]() -> task<> {
    bool started = false;
    bool waited = false;
    scope children;
    children.request_stop();
    children.spawn([](bool& began, bool& went_on) -> task<> {
      began = true;
      co_await sleep(1h);
      went_on = true;
    }(started, waited));
    co_await children.join();
    CHECK(started);
    CHECK_FALSE(waited);
  });
}

TEST_CASE("a child may spawn siblings while the scope is joined") {
  run_virtually([]() -> task<> {
    int sum = 0;
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn([](scope& all, int& total) -> task<> {
        co_await yield();
        for (int value = 1; value <= 10; ++value) all.spawn(add(total, value));
      }(children, sum));
      co_await children.join();
    });
    CHECK(sum == 55);
  });
}

TEST_CASE("the cancellation of a join stops the children, and is thrown when they have ended") {
  run_virtually([]() -> task<> {
    int alive = 0;
    const time_point start = loop::current().now();
    const auto work = [](int& living) -> task<> {
      scope children;
      children.spawn(run_until_stopped(living, 2s));
      co_await children.join();
    };
    const auto ended = co_await with_timeout(1s, work(alive)).as_result();
    CHECK(ended.error().is(errc::deadline_exceeded));
    CHECK(alive == 0);
    CHECK(loop::current().now() - start == 3s);
  });
}

TEST_CASE("a stop goes down through nested scopes") {
  run_virtually([]() -> task<> {
    int alive = 0;
    const auto nested = [](int& living) -> task<> {
      co_await with_scope([&](scope& inner) -> task<> {
        inner.spawn(run_until_stopped(living));
        inner.spawn(run_until_stopped(living));
        co_await inner.join();
      });
    };
    co_await with_scope([&](scope& outer) -> task<> {
      for (int count = 0; count < 10; ++count) outer.spawn(nested(alive));
      while (alive < 20) co_await yield();
    });
    CHECK(alive == 0);
  });
}

TEST_CASE("a scope owns what its children were given, and frees it at their end") {
  run_virtually([]() -> task<> {
    const auto witness = std::make_shared<int>(0);
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn([](std::shared_ptr<int>) -> task<> { co_await yield(); }(witness));
      CHECK(witness.use_count() == 2);
      co_await children.join();
      CHECK(witness.use_count() == 1);
    });
  });
}

TEST_CASE("a hundred thousand children run and end") {
  run([]() -> task<> {
    int sum = 0;
    co_await with_scope([&](scope& children) -> task<> {
      for (int count = 0; count < 100'000; ++count) children.spawn(add(sum, 1));
      co_await children.join();
    });
    CHECK(sum == 100'000);
  });
}

TEST_CASE("to destroy a scope that has children is an assertion") {
  const std::string text = death_of([] {
    run([]() -> task<> {
      int alive = 0;
      {
        scope children;
        children.spawn(run_until_stopped(alive));
        co_await yield();
      }
    });
  });
  CHECK(text.find("assertion failed") != std::string::npos);
}

TEST_SUITE_END();
