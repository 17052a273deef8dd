// SPDX-License-Identifier: Apache-2.0
#include "weir/mutex.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "run.hpp"
#include "weir/scope.hpp"
#include "weir/timeout.hpp"
#include "weir/yield.hpp"

using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.mutex");

namespace {

task<> enter(mutex& door, int id, int& inside, std::vector<int>& order) {
  const auto held = co_await door.lock();
  CHECK(++inside == 1);
  order.push_back(id);
  co_await yield();
  --inside;
}

task<> enter_and_fail(mutex& door) {
  const auto held = co_await door.lock();
  co_await yield();
  throw error(errc::closed, disposition::permanent, "failed inside");
}

}  // namespace

TEST_CASE("one task at a time is inside, in the order they came") {
  run_virtually([]() -> task<> {
    mutex door;
    int inside = 0;
    std::vector<int> order;
    co_await with_scope([&](scope& children) -> task<> {
      for (int id = 0; id < 5; ++id) children.spawn(enter(door, id, inside, order));
      co_await children.join();
    });
    CHECK(order == std::vector{0, 1, 2, 3, 4});
    CHECK_FALSE(door.is_locked());
  });
}

TEST_CASE("a holder that fails lets the next one in") {
  run_virtually([]() -> task<> {
    mutex door;
    const auto failed = co_await enter_and_fail(door).as_result();
    CHECK_FALSE(failed.has_value());
    const auto held = door.try_lock();
    CHECK(held.has_value());
  });
}

TEST_CASE("a wait that is cancelled takes nothing, and those behind it move up") {
  run_virtually([]() -> task<> {
    mutex door;
    int inside = 0;
    std::vector<int> order;
    co_await with_scope([&](scope& children) -> task<> {
      auto held = co_await door.lock();
      const auto waited =
          co_await with_timeout(std::chrono::milliseconds(1), enter(door, 1, inside, order))
              .as_result();
      CHECK_FALSE(waited.has_value());
      children.spawn(enter(door, 2, inside, order));
      co_await yield();
      CHECK_FALSE(door.try_lock().has_value());
      {
        const auto given_back = std::move(held);
      }
      co_await children.join();
    });
    CHECK(order == std::vector{2});
    CHECK_FALSE(door.is_locked());
  });
}

TEST_CASE("try_lock does not wait, and does not overtake") {
  run_virtually([]() -> task<> {
    mutex door;
    const auto first = door.try_lock();
    REQUIRE(first.has_value());
    CHECK_FALSE(door.try_lock().has_value());
    co_return;
  });
}

TEST_SUITE_END();
