// SPDX-License-Identifier: Apache-2.0
#include "weir/loop.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "death.hpp"
#include "run.hpp"
#include "weir/manual_reset_event.hpp"
#include "weir/scope.hpp"
#include "weir/sleep.hpp"
#include "weir/timeout.hpp"
#include "weir/yield.hpp"

using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.loop");

namespace {

constexpr int posters = 4;
constexpr int posts_each = 5'000;

}  // namespace

TEST_CASE("the loop takes the driver that WEIR_DRIVER names") {
  loop home;
  const char* wanted = std::getenv("WEIR_DRIVER");
  CHECK(home.driver().name() == std::string_view(wanted == nullptr ? "uring" : wanted));
  CHECK(home.driver_reason().empty());
}

TEST_CASE("the recent clock is never ahead, and has moved on when a timer fires") {
  loop home;
  const auto body = [](loop& on) -> task<> {
    const time_point began = on.now();
    CHECK(on.recent_now() <= began);
    co_await sleep(std::chrono::milliseconds(2));
    CHECK(on.recent_now() >= began + std::chrono::milliseconds(2));
    CHECK(on.recent_now() <= on.now());
    const time_point before = on.recent_now();
    co_await yield();
    CHECK(on.recent_now() >= before);
  };
  home.run(body(home));
}

TEST_CASE("a loop describes its driver in a line for the log") {
  loop home;
  const std::string text = home.describe_driver();
  CHECK(text.starts_with(std::string(home.driver().name()) + ", Linux "));
  CHECK((text.find(", features 0x") != std::string::npos) == (home.driver().name() == "uring"));
  CHECK(text.find('\n') == std::string::npos);
}

TEST_CASE("a WEIR_DRIVER that does not exist is refused, with those that do") {
  CHECK(death_of([] {
          setenv("WEIR_DRIVER", "kqueue", 1);
          try {
            loop home;
          } catch (const error& refused) {
            std::fprintf(stderr, "%s", refused.what());
          }
          std::abort();
        }) == "WEIR_DRIVER is 'kqueue'; it can be 'uring' or 'epoll'");
}

TEST_CASE("the current loop is the thread's own, from its making to its end") {
  CHECK(loop::current_or_null() == nullptr);
  {
    loop home;
    CHECK(loop::current_or_null() == &home);
    std::thread([] { CHECK(loop::current_or_null() == nullptr); }).join();
  }
  CHECK(loop::current_or_null() == nullptr);
}

TEST_CASE("a loop runs one main task after the other") {
  loop home;
  CHECK(run_on(home, []() -> task<int> { co_return 1; }) == 1);
  CHECK_THROWS_AS(run_on(home,
                         []() -> task<> {
                           throw error::cancelled();
                           co_return;
                         }),
                  error);
  CHECK(run_on(home, []() -> task<int> { co_return 2; }) == 2);
}

TEST_CASE("posts of one thread run in order, on the loop's thread, none lost") {
  run([]() -> task<> {
    loop& home = loop::current();
    const auto home_thread = std::this_thread::get_id();
    manual_reset_event all;
    std::vector<std::vector<int>> seen(posters);
    int elsewhere = 0;
    int left = posters * posts_each;
    std::vector<std::thread> threads;
    for (int poster = 0; poster < posters; ++poster) {
      threads.emplace_back([&, poster] {
        for (int index = 0; index < posts_each; ++index) {
          home.post([&, poster, index] {
            seen[static_cast<std::size_t>(poster)].push_back(index);
            elsewhere += std::this_thread::get_id() == home_thread ? 0 : 1;
            if (--left == 0) all.set();
          });
        }
      });
    }
    co_await all.wait();
    for (auto& thread : threads) thread.join();

    CHECK(elsewhere == 0);
    for (const auto& order : seen) {
      bool in_order = order.size() == posts_each;
      for (std::size_t index = 0; in_order && index < order.size(); ++index) {
        in_order = order[index] == static_cast<int>(index);
      }
      CHECK(in_order);
    }
  });
}

TEST_CASE("a post wakes a loop that sleeps") {
  run([]() -> task<> {
    loop& home = loop::current();
    for (int round = 0; round < 1'000; ++round) {
      manual_reset_event arrived;
      std::thread poster([&] { home.post([&] { arrived.set(); }); });
      co_await arrived.wait();
      poster.join();
    }
    CHECK(home.counters().posts == 1'000);
  });
}

TEST_CASE("a loop may end while the thread that posted to it last is still in post()") {
  for (int round = 0; round < 500; ++round) {
    std::thread poster;
    run([&]() -> task<> {
      loop& home = loop::current();
      manual_reset_event arrived;
      poster = std::thread([&] { home.post([&] { arrived.set(); }); });
      co_await arrived.wait();
    });
    poster.join();
  }
  CHECK(loop::current_or_null() == nullptr);
}

TEST_CASE("a task that is always ready starves neither timers nor posts") {
  run([]() -> task<> {
    loop& home = loop::current();
    bool posted = false;
    bool slept = false;
    std::thread poster([&] { home.post([&] { posted = true; }); });
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn([](bool& flag) -> task<> {
        co_await sleep(std::chrono::microseconds(1));
        flag = true;
      }(slept));
      while (!posted || !slept) co_await yield();
    });
    poster.join();
    CHECK(posted);
    CHECK(slept);
  });
}

TEST_CASE("the description of the tasks names the places where they wait") {
  run([]() -> task<> {
    manual_reset_event never;
    const auto inner = [](manual_reset_event& awaited) -> task<> { co_await awaited.wait(); };
    const auto outer = [](task<> awaited) -> task<> { co_await std::move(awaited); };
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn(outer(inner(never)));
      co_await yield();
      const std::string text = loop::current().describe_tasks();
      CHECK(text.find("task 2, spawned ") != std::string::npos);
      std::size_t places = 0;
      for (auto at = text.find("loop_test.cpp:"); at != std::string::npos;
           at = text.find("loop_test.cpp:", at + 1)) {
        ++places;
      }
      CHECK(places >= 5);  // spawned, outer, inner; and the main task with its scope's body
    });
  });
}

TEST_CASE("a sleeping loop makes no turns") {
  run([]() -> task<> {
    const auto before = loop::current().counters().turns;
    co_await sleep(std::chrono::milliseconds(20));
    CHECK(loop::current().counters().turns - before <= 10);
  });
}

TEST_CASE("a deadlock stops the main task, and run throws the tasks as they were") {
  std::string seen;
  manual_reset_event never;
  bool unwound = false;
  try {
    run_virtually([&]() -> task<> {
      const auto waited = co_await never.wait().as_result();
      unwound = !waited.has_value() && waited.error().is_cancelled();
    });
  } catch (const error& failure) {
    CHECK(failure.is(errc::deadlock));
    CHECK(failure.disposition() == disposition::permanent);
    seen = failure.what();
  }
  CHECK(unwound);
  CHECK(seen.find("every task waits for what cannot happen") == 0);
  CHECK(seen.find("loop_test.cpp:") != std::string::npos);
}

TEST_CASE("a loop that a deadlock ended runs the next task") {
  loop home(make_virtual_driver());
  manual_reset_event never;
  CHECK_THROWS_AS(run_on(home, [&]() -> task<> { co_await never.wait(); }), error);
  CHECK(run_on(home, []() -> task<int> { co_return 2; }) == 2);
}

TEST_CASE("tasks that wait for ever although they are stopped are printed, and the program ends") {
  const std::string text = death_of([] {
    manual_reset_event never;
    run_virtually([&]() -> task<> { co_await shield(as_task(never.wait())); });
  });
  CHECK(text.find("stopped though they are") != std::string::npos);
  CHECK(text.find("loop_test.cpp:") != std::string::npos);
}

TEST_CASE("a second loop in one thread is an assertion") {
  const std::string text = death_of([] {
    loop first;
    loop second;
  });
  CHECK(text.find("assertion failed") != std::string::npos);
}

TEST_SUITE_END();
