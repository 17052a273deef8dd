// SPDX-License-Identifier: Apache-2.0
#include "weir/watch_channel.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "run.hpp"
#include "weir/scope.hpp"
#include "weir/select.hpp"
#include "weir/sleep.hpp"
#include "weir/timeout.hpp"
#include "weir/yield.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.watch_channel");

namespace {

task<> note_changes(watch_channel<int>& source, std::vector<int>& seen) {
  auto watcher = source.watch();
  while (const auto value = co_await watcher.changed()) seen.push_back(*value);
}

task<> note_name(watch_channel<int>& source, std::string name, std::vector<std::string>& order) {
  auto watcher = source.watch();
  if (co_await watcher.changed()) order.push_back(name);
}

}  // namespace

TEST_CASE("the value is there from the beginning, and is not a change") {
  run_virtually([]() -> task<> {
    watch_channel<int> level(1);
    CHECK(level.value() == 1);
    auto watcher = level.watch();
    CHECK((co_await select(watcher.changed(), sleep(1s))).index() == 1);
  });
}

TEST_CASE("a watcher that keeps up sees every change") {
  run_virtually([]() -> task<> {
    watch_channel<int> level(0);
    std::vector<int> seen;
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn(note_changes(level, seen));
      for (int value = 1; value <= 5; ++value) {
        co_await yield();
        level.set(value);
      }
      level.close();
      co_await children.join();
    });
    CHECK(seen == std::vector{1, 2, 3, 4, 5});
  });
}

TEST_CASE("a slow watcher sees the last of several changes, once") {
  run_virtually([]() -> task<> {
    watch_channel<std::string> name("a");
    auto watcher = name.watch();
    name.set("b");
    name.set("c");
    CHECK(co_await watcher.changed() == "c");
    CHECK((co_await select(watcher.changed(), sleep(1s))).index() == 1);
    name.set("c");
    CHECK(co_await watcher.changed() == "c");
  });
}

TEST_CASE("a change wakes all who wait, in the order they came; they see the latest") {
  run_virtually([]() -> task<> {
    watch_channel<int> level(0);
    std::vector<std::string> order;
    std::vector<int> seen;
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn(note_name(level, "first", order));
      children.spawn(note_name(level, "second", order));
      children.spawn(note_changes(level, seen));
      co_await yield();
      level.set(1);
      level.set(2);
      co_await yield();
      level.close();
      co_await children.join();
    });
    CHECK(order == std::vector<std::string>{"first", "second"});
    CHECK(seen == std::vector{2});
  });
}

TEST_CASE("after close the last change is seen, then the end, for ever; a further set throws") {
  run_virtually([]() -> task<> {
    watch_channel<int> level(0);
    auto watcher = level.watch();
    level.set(1);
    level.close();
    CHECK(level.is_closed());
    CHECK(co_await watcher.changed() == 1);
    CHECK(co_await watcher.changed() == std::nullopt);
    CHECK(co_await watcher.changed() == std::nullopt);
    CHECK_THROWS_WITH_AS(level.set(2), "set on a watch channel that was closed", error);
    CHECK(level.value() == 1);
  });
}

TEST_CASE("a cancelled wait has seen nothing") {
  run_virtually([]() -> task<> {
    watch_channel<int> level(0);
    auto watcher = level.watch();
    const auto late = co_await with_timeout(1s, watcher.changed()).as_result();
    CHECK(late.error().is(errc::deadline_exceeded));
    level.set(1);
    CHECK(co_await watcher.changed() == 1);
  });
}

TEST_CASE("a change that loses a select is still to be seen") {
  run_virtually([]() -> task<> {
    watch_channel<int> level(0);
    watch_channel<int> other(0);
    auto watcher = level.watch();
    auto second = other.watch();
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn([](watch_channel<int>& first, watch_channel<int>& then) -> task<> {
        co_await yield();
        first.set(1);
        then.set(2);
      }(level, other));
      CHECK((co_await select(second.changed(), watcher.changed())).index() == 1);
    });
    CHECK(co_await second.changed() == 2);
  });
}

TEST_CASE("a watcher can be moved between two waits") {
  run_virtually([]() -> task<> {
    watch_channel<int> level(0);
    auto watcher = level.watch();
    level.set(1);
    auto moved = std::move(watcher);
    CHECK(co_await moved.changed() == 1);
  });
}

TEST_SUITE_END();
