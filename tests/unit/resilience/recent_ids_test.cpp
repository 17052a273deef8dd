// SPDX-License-Identifier: Apache-2.0
#include "weir/resilience/recent_ids.hpp"

#include <doctest/doctest.h>

#include <map>
#include <random>

#include "run.hpp"
#include "weir/sleep.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("resilience.recent_ids");

TEST_CASE("an id is new once, until its time is over, which a second one does not make longer") {
  run_virtually([]() -> task<> {
    recent_ids seen(100, 10s);
    CHECK(seen.add("a"));
    co_await sleep(6s);
    CHECK_FALSE(seen.add("a"));
    CHECK(seen.contains("a"));
    co_await sleep(4s);
    CHECK_FALSE(seen.contains("a"));
    CHECK(seen.add("a"));
    CHECK(seen.size() == 1);
  });
}

TEST_CASE("where there is no room the oldest is forgotten, and counted") {
  run_virtually([]() -> task<> {
    recent_ids seen(2, 10s);
    CHECK(seen.add("a"));
    CHECK(seen.add("b"));
    CHECK(seen.add("c"));
    CHECK(seen.size() == 2);
    CHECK_FALSE(seen.contains("a"));
    CHECK(seen.contains("b"));
    CHECK(seen.crowded_out() == 1);
    co_return;
  });
}

TEST_CASE("what is forgotten is new again") {
  run_virtually([]() -> task<> {
    recent_ids seen(2, 10s);
    CHECK(seen.add("a"));
    seen.forget("a");
    seen.forget("never seen");
    CHECK(seen.size() == 0);
    CHECK(seen.add("a"));
    co_return;
  });
}

TEST_CASE("the ids are kept, not what they were given in") {
  run_virtually([]() -> task<> {
    recent_ids seen(10, 10s);
    std::string id = "a rather long id that no small string holds in place";
    CHECK(seen.add(id));
    id.assign(id.size(), 'x');
    CHECK(seen.add(id));
    CHECK(seen.contains("a rather long id that no small string holds in place"));
    co_return;
  });
}

TEST_CASE("random ids, moments and removals: it knows what a plain map knows") {
  run_virtually([]() -> task<> {
    std::mt19937_64 random(seed());
    recent_ids seen(1000, 50s);
    std::map<std::string, time_point> until;
    for (int round = 0; round < 20'000; ++round) {
      const std::string id = std::to_string(random() % 100);
      const time_point now = loop::current().now();
      const auto known = until.find(id);
      const bool is_known = known != until.end() && known->second > now;
      CHECK(seen.contains(id) == is_known);
      if (random() % 8 == 0) {
        seen.forget(id);
        until.erase(id);
      } else {
        CHECK(seen.add(id) == !is_known);
        if (!is_known) until[id] = now + 50s;
      }
      if (random() % 2 == 0) co_await sleep(1s * static_cast<int>(random() % 3));
    }
    CHECK(seen.crowded_out() == 0);
  });
}

TEST_CASE("bounds that keep nothing are refused") {
  CHECK_THROWS_AS(recent_ids(0, 1s), error);
  CHECK_THROWS_AS(recent_ids(1, 0s), error);
}

TEST_SUITE_END();
