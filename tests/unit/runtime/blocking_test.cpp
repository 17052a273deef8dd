// SPDX-License-Identifier: Apache-2.0
#include "weir/blocking.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include "run.hpp"
#include "weir/scope.hpp"
#include "weir/timeout.hpp"
#include "weir/when_all.hpp"
#include "weir/yield.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.blocking");

namespace {

task<int> square(int value) {
  co_return co_await blocking([value] { return value * value; });
}

/// Ends only when the promise behind `gate` is kept.
task<> wait_at(std::shared_future<void> gate) {
  co_await blocking([gate] { gate.wait(); });
}

}  // namespace

TEST_CASE("the call runs on another thread, and its value comes back to the loop's") {
  run([]() -> task<> {
    const auto home = std::this_thread::get_id();
    const auto elsewhere = co_await blocking([] { return std::this_thread::get_id(); });
    CHECK(elsewhere != home);
    CHECK(std::this_thread::get_id() == home);
    const auto text = co_await blocking([] { return std::make_unique<std::string>("moved"); });
    CHECK(*text == "moved");
  });
}

TEST_CASE("what the call throws is thrown, and is an error as a result") {
  run([]() -> task<> {
    std::string text;
    try {
      co_await blocking([] { throw std::logic_error("thrown there"); });
    } catch (const std::logic_error& caught) {
      text = caught.what();
    }
    CHECK(text == "thrown there");
    const auto failed =
        co_await blocking([]() -> int { throw std::logic_error("thrown there"); }).as_result();
    CHECK(failed.error().message() == "thrown there");
    CHECK(*(co_await blocking([] { return 3; }).as_result()) == 3);
  });
}

TEST_CASE("more calls than threads all run") {
  run([]() -> task<> {
    std::vector<task<int>> work;
    for (int value = 0; value < 500; ++value) work.push_back(square(value));
    const auto values = co_await when_all(std::move(work));
    bool right = true;
    for (int value = 0; value < 500; ++value) {
      right = right && values[static_cast<std::size_t>(value)] == value * value;
    }
    CHECK(right);
  });
}

TEST_CASE("as many calls as there are threads run at the same time") {
  run([]() -> task<> {
    std::atomic<std::size_t> inside{0};
    std::vector<task<bool>> work;
    for (std::size_t count = 0; count < blocking_threads_max; ++count) {
      work.push_back(as_task(blocking([&inside] {
        // Each waits for all the others: this ends only if all run at once.
        for (++inside; inside < blocking_threads_max;) std::this_thread::yield();
        return true;
      })));
    }
    CHECK((co_await when_all(std::move(work))).size() == blocking_threads_max);
  });
}

TEST_CASE("a cancelled wait ends at once, though the call still runs") {
  std::promise<void> gate;
  const std::shared_future<void> opened = gate.get_future().share();
  run([&]() -> task<> {
    const auto late = co_await with_timeout(1ms, wait_at(opened)).as_result();
    CHECK(late.error().is(errc::deadline_exceeded));
    gate.set_value();
  });
}

TEST_CASE("the end of a loop waits for calls whose wait was cancelled") {
  std::promise<void> gate;
  const std::shared_future<void> opened = gate.get_future().share();
  std::atomic<bool> begun{false};
  std::atomic<bool> ended{false};
  std::thread opener;
  run([&]() -> task<> {
    const auto call = [](std::shared_future<void> wait, std::atomic<bool>& start,
                         std::atomic<bool>& done) -> task<> {
      co_await blocking([wait, &start, &done] {
        start = true;
        wait.wait();
        done = true;
      });
    };
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn(call(opened, begun, ended));
      while (!begun) co_await yield();
    });
    CHECK_FALSE(ended);
    opener = std::thread([&gate] { gate.set_value(); });
  });
  CHECK(ended);
  opener.join();
}

TEST_CASE(
    "more calls than may wait are refused; a cancelled one leaves its place and is not made") {
  std::promise<void> gate;
  const std::shared_future<void> opened = gate.get_future().share();
  std::atomic<std::size_t> begun{0};
  std::atomic<std::size_t> made{0};
  run([&]() -> task<> {
    const auto occupy = [](std::shared_future<void> wait, std::atomic<std::size_t>& begins) {
      return as_task(blocking([wait, &begins] {
        ++begins;
        wait.wait();
      }));
    };
    const auto count = [](std::atomic<std::size_t>& calls) {
      return as_task(blocking([&calls] { ++calls; }));
    };
    co_await with_scope([&](scope& occupied) -> task<> {
      for (std::size_t thread = 0; thread < blocking_threads_max; ++thread) {
        occupied.spawn(occupy(opened, begun));
      }
      while (begun < blocking_threads_max) co_await yield();

      co_await with_scope([&](scope& queued) -> task<> {
        for (std::size_t call = 0; call < blocking_queued_max; ++call) queued.spawn(count(made));
        for (int turn = 0; turn < 100; ++turn) co_await yield();
        CHECK(queued.size() == blocking_queued_max);
        const auto refused = co_await count(made).as_result();
        REQUIRE_FALSE(refused.has_value());
        CHECK(refused.error().is(errc::limit_exceeded));
        CHECK(refused.error().disposition() == disposition::retry);
        CHECK(refused.error().message().find("1024 calls wait") != std::string::npos);
      });

      occupied.spawn(count(made));
      co_await yield();
      CHECK(occupied.size() == blocking_threads_max + 1);
      gate.set_value();
      co_await occupied.join();
    });
  });
  CHECK(made == 1);
}

TEST_CASE("in a stopped task the call is not made") {
  run([]() -> task<> {
    scope children;
    children.request_stop();
    std::atomic<bool> called{false};
    children.spawn([](std::atomic<bool>& flag) -> task<> {
      co_await blocking([&flag] { flag = true; });
    }(called));
    co_await children.join();
    CHECK_FALSE(called);
  });
}

TEST_SUITE_END();
