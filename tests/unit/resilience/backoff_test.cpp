// SPDX-License-Identifier: Apache-2.0
#include "weir/resilience/backoff.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <limits>
#include <random>
#include <vector>

#include "seed.hpp"

TEST_SUITE_BEGIN("resilience.backoff");

using namespace std::chrono_literals;
using weir::backoff;
using weir::duration;
using weir::exponential;
using weir::fibonacci;
using weir::fixed;

namespace {

constexpr int rounds = 20'000;
constexpr std::uint64_t most_failures = std::numeric_limits<std::uint64_t>::max();

/// Any number of failures, small ones as often as enormous ones.
std::uint64_t any_failures(std::mt19937_64& random) { return random() >> (random() % 64); }

/// Any span, from none to the longest, short ones as often as long ones.
duration any_span(std::mt19937_64& random) {
  return duration(static_cast<std::int64_t>(random() >> (1 + random() % 63)));
}

backoff any_growth(std::mt19937_64& random, duration base, duration limit) {
  switch (random() % 3) {
    case 0:
      return fixed(limit);
    case 1:
      return fibonacci(base, limit);
    default:
      return exponential(base, limit);
  }
}

}  // namespace

TEST_CASE("the wait doubles with each failure, up to the limit") {
  constexpr backoff waits = exponential(1s, 10s);

  CHECK(waits.delay(1, 0) == 1s);
  CHECK(waits.delay(2, 0) == 2s);
  CHECK(waits.delay(4, 0) == 8s);
  CHECK(waits.delay(5, 0) == 10s);
  CHECK(waits.delay(1'000'000, 0) == 10s);
}

TEST_CASE("fibonacci waits for the sum of the two waits before") {
  constexpr backoff waits = fibonacci(1s, 12s);

  std::vector<duration> row;
  for (std::uint64_t failures = 1; failures <= 7; ++failures)
    row.push_back(waits.delay(failures, 0));
  CHECK(row == std::vector<duration>{1s, 1s, 2s, 3s, 5s, 8s, 12s});
}

TEST_CASE("a fixed wait is the same after any failure") {
  CHECK(fixed(2s).delay(1, 0) == 2s);
  CHECK(fixed(2s).delay(most_failures, 7) == 2s);
}

TEST_CASE("a base above the limit waits for the limit") {
  CHECK(exponential(1min, 1s).delay(1, 0) == 1s);
  CHECK(fibonacci(1min, 1s).delay(1, 0) == 1s);
  CHECK(exponential(1min, 1s).decorrelated_jitter().delay(1, 5) == 1s);
}

TEST_CASE("no limit is too large for the growth") {
  CHECK(exponential(1s, duration::max()).delay(200, 0) == duration::max());
  CHECK(fibonacci(1s, duration::max()).delay(200, 0) == duration::max());
}

TEST_CASE("a wait of zero stays zero, and needs no time to grow") {
  for (const backoff& none : {fixed(0s), fibonacci(0s, 1s), exponential(0s, 1s)}) {
    CHECK(none.delay(most_failures, 1) == 0s);
    CHECK(none.full_jitter().delay(most_failures, 1) == 0s);
    CHECK(none.equal_jitter().delay(most_failures, 1) == 0s);
  }
}

TEST_CASE("full jitter waits at least a nanosecond and at most the whole wait") {
  const auto waits = exponential(1s, 5min).full_jitter();
  std::mt19937_64 random(weir::test::seed());

  for (int round = 0; round < rounds; ++round) {
    const std::uint64_t failures = 1 + random() % 12;
    const auto wait = waits.delay(failures, random());
    CHECK(wait > 0s);
    CHECK(wait <= exponential(1s, 5min).delay(failures, 0));
  }
}

TEST_CASE("equal jitter waits more than half of the wait, and at most the whole") {
  const auto waits = exponential(1s, 5min).equal_jitter();
  std::mt19937_64 random(weir::test::seed());

  for (int round = 0; round < rounds; ++round) {
    const std::uint64_t failures = 1 + random() % 12;
    const auto whole = exponential(1s, 5min).delay(failures, 0);
    const auto wait = waits.delay(failures, random());
    CHECK(wait > whole / 2);
    CHECK(wait <= whole);
  }
}

TEST_CASE("decorrelated jitter waits from base to three times the wait before, up to the limit") {
  const auto waits = exponential(1s, 1min).decorrelated_jitter();
  std::mt19937_64 random(weir::test::seed());

  duration previous = 0s;
  duration longest = 0s;
  for (std::uint64_t failures = 1; failures <= rounds; ++failures) {
    const auto wait = waits.delay(failures, random(), previous);
    CHECK(wait >= 1s);
    CHECK(wait <= std::min<duration>(1min, std::max<duration>(previous, 1s) * 3));
    longest = std::max(longest, wait);
    previous = wait;
  }
  CHECK(longest > 30s);
}

TEST_CASE("without the wait before, decorrelated waits have the lengths of a row that is kept") {
  const auto waits = exponential(1s, 10min).decorrelated_jitter();
  std::mt19937_64 random(weir::test::seed());

  constexpr std::uint64_t failures = 4;
  double derived = 0;
  double kept = 0;
  for (int round = 0; round < rounds; ++round) {
    derived += static_cast<double>(waits.delay(failures, random()).count());
    duration wait = 0s;
    for (std::uint64_t failed = 1; failed <= failures; ++failed) {
      wait = waits.delay(failed, random(), wait);
    }
    kept += static_cast<double>(wait.count());
  }
  CHECK(derived / kept == doctest::Approx(1).epsilon(0.1));
  CHECK(waits.delay(failures, 42) == waits.delay(failures, 42));
}

TEST_CASE("whatever the failures, the spans and the chance: a wait is from zero to the limit") {
  std::mt19937_64 random(weir::test::seed());

  for (int round = 0; round < rounds; ++round) {
    const duration base = any_span(random);
    const duration limit = any_span(random);
    const backoff plain = any_growth(random, base, limit);
    for (const backoff& waits :
         {plain, plain.full_jitter(), plain.equal_jitter(), plain.decorrelated_jitter()}) {
      for (const std::uint64_t failures : {any_failures(random), most_failures, std::uint64_t{0}}) {
        const duration wait = waits.delay(failures, random());
        CHECK((wait >= 0s && wait <= limit));
        const duration next = waits.delay(failures, random(), any_span(random));
        CHECK((next >= 0s && next <= limit));
      }
    }
  }
}

TEST_CASE("more failures never wait for less") {
  std::mt19937_64 random(weir::test::seed());

  for (int round = 0; round < rounds; ++round) {
    const backoff waits = any_growth(random, any_span(random), any_span(random));
    std::array<std::uint64_t, 2> failures{any_failures(random), any_failures(random)};
    std::ranges::sort(failures);
    CHECK(waits.delay(failures[0], 0) <= waits.delay(failures[1], 0));
  }
}

TEST_CASE("a backoff says what it is") {
  CHECK(exponential(1s, 5min).full_jitter().to_string() == "exponential 1s..5min, full jitter");
  CHECK(fibonacci(250ms, 90s).equal_jitter().to_string() == "fibonacci 250ms..90s, equal jitter");
  CHECK(fixed(0s).to_string() == "fixed 0s");
  CHECK(exponential(1us, duration::max()).decorrelated_jitter().to_string() ==
        "exponential 1us..ever, decorrelated jitter");
  CHECK(exponential(1s, 2s) == exponential(1s, 2s));
  CHECK(exponential(1s, 2s) != exponential(1s, 2s).full_jitter());
}

TEST_SUITE_END();
