// SPDX-License-Identifier: Apache-2.0
#include "weir/resilience/detail/rolling_counts.hpp"

#include <doctest/doctest.h>

#include <deque>
#include <random>

#include "seed.hpp"

TEST_SUITE_BEGIN("resilience.rolling_counts");

using namespace std::chrono_literals;
using weir::duration;
using weir::time_point;
using weir::detail::rolling_counts;

TEST_CASE("what is older than the window is not counted any more") {
  rolling_counts window(10s);
  const time_point start(1000s);
  window.add(start, true);
  window.add(start + 5s, false);

  CHECK(window.within(start + 5s).calls == 2);
  CHECK(window.within(start + 5s).failures == 1);
  CHECK(window.within(start + 10s).calls == 1);
  CHECK(window.within(start + 10s).failures == 0);
  CHECK(window.within(start + 1h).calls == 0);
}

TEST_CASE("clear forgets everything") {
  rolling_counts window(10s);
  window.add(time_point(1s), true);
  window.clear();

  CHECK(window.within(time_point(1s)).calls == 0);
}

TEST_CASE("at any moment what is counted is that of nine to ten tenths of the window") {
  std::mt19937_64 random(weir::test::seed());
  rolling_counts window(1s);
  std::deque<time_point> all;
  time_point now(1h);

  for (int round = 0; round < 20'000; ++round) {
    now += duration(static_cast<std::int64_t>(random() % 30'000'000));
    window.add(now, false);
    all.push_back(now);
    while (all.front() <= now - 1s) all.pop_front();
    std::size_t recent = 0;
    for (const time_point when : all) recent += when > now - 900ms ? 1 : 0;
    const auto counted = window.within(now).calls;
    CHECK((counted >= recent && counted <= all.size()));
  }
}

TEST_SUITE_END();
