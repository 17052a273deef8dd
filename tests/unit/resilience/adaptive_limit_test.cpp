// SPDX-License-Identifier: Apache-2.0
#include "weir/resilience/adaptive_limit.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "seed.hpp"
#include "weir/error.hpp"

TEST_SUITE_BEGIN("resilience.adaptive_limit");

using namespace std::chrono_literals;
using weir::adaptive_limit;
using weir::call_outcome;
using weir::duration;

namespace {

/// A server that works on `capacity` calls at a time, each for `work`; the others wait.
struct server {
  std::size_t capacity;
  duration work;

  duration latency(std::size_t in_flight) const {
    const double load = static_cast<double>(in_flight) / static_cast<double>(capacity);
    return duration(
        static_cast<std::int64_t>(static_cast<double>(work.count()) * std::max(1.0, load)));
  }
};

/// So many calls by callers who always have another one; gives the mean limit of the last half.
double settle(adaptive_limit& limit, const server& called, int calls) {
  double sum = 0;
  for (int call = 0; call < calls; ++call) {
    limit.record(called.latency(limit.limit()), limit.limit(), call_outcome::success);
    if (call >= calls / 2) sum += static_cast<double>(limit.limit());
  }
  return sum / (calls - calls / 2);
}

}  // namespace

TEST_CASE("the limit finds what a server bears, from below and from above") {
  for (const std::size_t capacity : {5U, 20U, 100U, 400U}) {
    for (const std::size_t first : {4U, 16U, 1000U}) {
      adaptive_limit limit({.first = first});
      const double found = settle(limit, {.capacity = capacity, .work = 10ms}, 200'000);
      const auto wanted = static_cast<double>(capacity);
      CAPTURE(capacity);
      CAPTURE(first);
      CHECK(found > wanted * 0.85);
      CHECK(found < wanted + 3 * std::sqrt(wanted) + 2);
    }
  }
}

TEST_CASE("when the server changes, faster or slower, smaller or larger, the limit follows") {
  adaptive_limit limit({});
  settle(limit, {.capacity = 100, .work = 10ms}, 100'000);
  CHECK(settle(limit, {.capacity = 20, .work = 10ms}, 100'000) < 40);
  CHECK(settle(limit, {.capacity = 100, .work = 50ms}, 100'000) > 85);
  CHECK(settle(limit, {.capacity = 100, .work = 5ms}, 100'000) < 140);
}

TEST_CASE("an overloaded call takes a fifth off, down to the least") {
  adaptive_limit limit({.min = 4, .max = 1000, .first = 500});
  for (int call = 0; call < 2000; ++call) limit.record(1ms, 250, call_outcome::success);
  const std::size_t before = limit.limit();
  for (std::size_t call = 0; call < before; ++call) limit.record(1ms, 1, call_outcome::overloaded);
  CHECK(limit.limit() <= before * 8 / 10 + 1);
  for (int call = 0; call < 100'000; ++call) limit.record(1ms, 4, call_outcome::overloaded);
  CHECK(limit.limit() == 4);
}

TEST_CASE("a round with one overloaded call does not grow, however fast the others are") {
  adaptive_limit limit({.min = 4, .max = 1000, .first = 100});
  for (int call = 0; call < 100'000; ++call) {
    const bool is_refused = call % 50 == 0;
    limit.record(1ms, limit.limit(), is_refused ? call_outcome::overloaded : call_outcome::success);
  }
  CHECK(limit.limit() == 4);
}

TEST_CASE("far below what the server bears it grows fast") {
  adaptive_limit limit({.first = 4});
  settle(limit, {.capacity = 400, .work = 10ms}, 2000);
  CHECK(limit.limit() > 100);
}

TEST_CASE("who calls little learns nothing about more") {
  adaptive_limit limit({.min = 1, .max = 1000, .first = 50});
  for (int call = 0; call < 10'000; ++call) limit.record(1ms, 3, call_outcome::success);
  CHECK(limit.limit() <= 50);
  CHECK(limit.limit() >= 25);
}

TEST_CASE("an ignored call changes nothing") {
  adaptive_limit limit({});
  const std::size_t before = limit.limit();
  for (int call = 0; call < 100'000; ++call) limit.record(1h, 1000, call_outcome::ignored);
  CHECK(limit.limit() == before);
  CHECK(limit.baseline() == 0s);
}

TEST_CASE("whatever is told, the limit stays between its bounds") {
  std::mt19937_64 random(weir::test::seed());
  for (int run = 0; run < 50; ++run) {
    const std::size_t least = 1 + random() % 10;
    const std::size_t most = least + random() % 100;
    adaptive_limit limit(
        {.min = least, .max = most, .first = least + random() % (most - least + 1)});
    for (int call = 0; call < 5000; ++call) {
      const auto latency = duration(static_cast<std::int64_t>(random() >> (random() % 64)));
      const auto outcome = static_cast<call_outcome>(random() % 20 == 0 ? 1 + random() % 2 : 0);
      limit.record(latency, random() % 200, outcome);
      CHECK((limit.limit() >= least && limit.limit() <= most));
    }
  }
}

TEST_CASE("a limit says between what it moves, and refuses what cannot work") {
  CHECK(adaptive_limit({.min = 4, .max = 200}).describe() == "4 to 200 at a time, by latency");
  CHECK_THROWS_AS(adaptive_limit({.min = 0}), weir::error);
  CHECK_THROWS_AS(adaptive_limit({.min = 20, .first = 16}), weir::error);
  CHECK_THROWS_AS(adaptive_limit({.max = 10, .first = 16}), weir::error);
  CHECK_THROWS_AS(adaptive_limit({.max = std::numeric_limits<std::size_t>::max()}), weir::error);
}

TEST_SUITE_END();
