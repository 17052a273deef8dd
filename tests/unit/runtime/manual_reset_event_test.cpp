// SPDX-License-Identifier: Apache-2.0
#include "weir/manual_reset_event.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "run.hpp"
#include "weir/scope.hpp"
#include "weir/yield.hpp"

using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.manual_reset_event");

namespace {

task<> note_when_set(manual_reset_event& awaited, int id, std::vector<int>& order) {
  co_await awaited.wait();
  order.push_back(id);
}

}  // namespace

TEST_CASE("a set event is not waited for") {
  run_virtually([]() -> task<> {
    manual_reset_event flag;
    CHECK_FALSE(flag.is_set());
    flag.set();
    co_await flag.wait();
    co_await flag.wait();
    CHECK(flag.is_set());
    flag.reset();
    CHECK_FALSE(flag.is_set());
  });
}

TEST_CASE("set wakes all that wait, in the order they came") {
  run_virtually([]() -> task<> {
    manual_reset_event flag;
    std::vector<int> order;
    co_await with_scope([&](scope& children) -> task<> {
      for (int id = 0; id < 5; ++id) children.spawn(note_when_set(flag, id, order));
      co_await yield();
      CHECK(order.empty());
      flag.set();
      co_await children.join();
    });
    CHECK(order == std::vector{0, 1, 2, 3, 4});
  });
}

TEST_CASE("a reset right after a set takes nothing from those that waited") {
  run_virtually([]() -> task<> {
    manual_reset_event flag;
    std::vector<int> order;
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn(note_when_set(flag, 1, order));
      co_await yield();
      flag.set();
      flag.reset();
      co_await children.join();
    });
    CHECK(order == std::vector{1});
  });
}

TEST_CASE("a cancelled wait ends, and the others wait on") {
  run_virtually([]() -> task<> {
    manual_reset_event flag;
    std::vector<int> order;
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn(note_when_set(flag, 1, order));
      co_await with_scope([&](scope& stopped) -> task<> {
        stopped.spawn(note_when_set(flag, 2, order));
        co_await yield();
      });
      children.spawn(note_when_set(flag, 3, order));
      co_await yield();
      flag.set();
      co_await children.join();
    });
    CHECK(order == std::vector{1, 3});
  });
}

TEST_CASE("a wait that was over before the stop came is not cancelled") {
  run_virtually([]() -> task<> {
    manual_reset_event flag;
    std::vector<int> order;
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn(note_when_set(flag, 1, order));
      co_await yield();
      flag.set();
    });
    CHECK(order == std::vector{1});
  });
}

TEST_SUITE_END();
