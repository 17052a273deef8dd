// SPDX-License-Identifier: Apache-2.0
#include "weir/semaphore.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "run.hpp"
#include "weir/scope.hpp"
#include "weir/yield.hpp"

using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.semaphore");

namespace {

task<> take(semaphore& from, std::size_t permits, int id, std::vector<int>& order) {
  co_await from.acquire(permits);
  order.push_back(id);
}

task<> use(semaphore& places, int& inside, int& most) {
  co_await places.acquire();
  most = std::max(most, ++inside);
  co_await yield();
  --inside;
  places.release();
}

}  // namespace

TEST_CASE("never more than the permits are inside, and all get in") {
  run_virtually([]() -> task<> {
    semaphore places(3);
    int inside = 0;
    int most = 0;
    co_await with_scope([&](scope& children) -> task<> {
      for (int count = 0; count < 100; ++count) children.spawn(use(places, inside, most));
      co_await children.join();
    });
    CHECK(most == 3);
    CHECK(inside == 0);
    CHECK(places.available() == 3);
  });
}

TEST_CASE("those who wait are served in the order they came") {
  run_virtually([]() -> task<> {
    semaphore places(0);
    std::vector<int> order;
    co_await with_scope([&](scope& children) -> task<> {
      for (int id = 0; id < 5; ++id) children.spawn(take(places, 1, id, order));
      co_await yield();
      places.release(5);
      co_await children.join();
    });
    CHECK(order == std::vector{0, 1, 2, 3, 4});
  });
}

TEST_CASE("a large request at the head is not overtaken by small ones") {
  run_virtually([]() -> task<> {
    semaphore places(2);
    std::vector<int> order;
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn(take(places, 3, 1, order));
      children.spawn(take(places, 1, 2, order));
      co_await yield();
      CHECK(order.empty());
      CHECK_FALSE(places.try_acquire());
      places.release();
      co_await yield();
      CHECK(order == std::vector{1});
      places.release();
      co_await children.join();
    });
    CHECK(order == std::vector{1, 2});
    CHECK(places.available() == 0);
  });
}

TEST_CASE("when the request at the head is cancelled, those behind it get what is free") {
  run_virtually([]() -> task<> {
    semaphore places(2);
    std::vector<int> order;
    co_await with_scope([&](scope& children) -> task<> {
      co_await with_scope([&](scope& large) -> task<> {
        large.spawn(take(places, 3, 1, order));
        co_await yield();
        children.spawn(take(places, 1, 2, order));
        children.spawn(take(places, 1, 3, order));
        co_await yield();
        CHECK(order.empty());
      });
      co_await children.join();
    });
    CHECK(order == std::vector{2, 3});
    CHECK(places.available() == 0);
  });
}

TEST_CASE("a cancelled request takes nothing, and permits granted before the stop are kept") {
  run_virtually([]() -> task<> {
    semaphore places(0);
    std::vector<int> order;
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn(take(places, 1, 1, order));
      children.spawn(take(places, 1, 2, order));
      co_await yield();
      places.release();  // The first has it when the scope is stopped, in the same turn.
    });
    CHECK(order == std::vector{1});
    CHECK(places.available() == 0);
    places.release();
    CHECK(places.try_acquire());
    CHECK_FALSE(places.try_acquire());
  });
}

TEST_SUITE_END();
