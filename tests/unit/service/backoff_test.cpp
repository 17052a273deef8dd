// SPDX-License-Identifier: Apache-2.0
#include "weir/service/backoff.hpp"

#include <doctest/doctest.h>

#include <random>

#include "seed.hpp"

TEST_SUITE_BEGIN("service.backoff");

using namespace std::chrono_literals;
using weir::exponential;

TEST_CASE("the wait doubles with each failure, up to the limit") {
  const exponential backoff(1s, 10s);

  CHECK(backoff.delay(1, 0) == 1s);
  CHECK(backoff.delay(2, 0) == 2s);
  CHECK(backoff.delay(4, 0) == 8s);
  CHECK(backoff.delay(5, 0) == 10s);
  CHECK(backoff.delay(1'000'000, 0) == 10s);
}

TEST_CASE("a base above the limit waits for the limit") {
  CHECK(exponential(1min, 1s).delay(1, 0) == 1s);
}

TEST_CASE("no limit is too large for the doubling") {
  const exponential backoff(1s, weir::duration::max());

  CHECK(backoff.delay(200, 0) == weir::duration::max());
}

TEST_CASE("full jitter waits at least a nanosecond and at most the whole wait") {
  const auto backoff = exponential(1s, 5min).full_jitter();
  std::mt19937_64 random(weir::test::seed());

  for (int round = 0; round < 10'000; ++round) {
    const std::uint64_t failures = 1 + random() % 12;
    const auto wait = backoff.delay(failures, random());
    CHECK(wait > 0s);
    CHECK(wait <= exponential(1s, 5min).delay(failures, 0));
  }
}

TEST_SUITE_END();
