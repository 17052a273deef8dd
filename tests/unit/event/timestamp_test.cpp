// SPDX-License-Identifier: Apache-2.0
#include "weir/timestamp.hpp"

#include <doctest/doctest.h>

#include <random>

#include "seed.hpp"

using namespace std::chrono;
using weir::parse_rfc3339;
using weir::timestamp;
using weir::to_rfc3339;

TEST_SUITE("event.timestamp") {
  TEST_CASE("a time is written in UTC, with its microseconds where it has some") {
    const timestamp whole = sys_days{2026y / 1 / 31} + 12h + 30min;
    CHECK(to_rfc3339(whole) == "2026-01-31T12:30:00Z");
    CHECK(to_rfc3339(whole + 250us) == "2026-01-31T12:30:00.000250Z");
    CHECK(to_rfc3339(timestamp{-1us}) == "1969-12-31T23:59:59.999999Z");
  }

  TEST_CASE("zones, fractions and lower case letters are read") {
    const timestamp noon = sys_days{2026y / 1 / 31} + 12h;
    CHECK(parse_rfc3339("2026-01-31T12:00:00Z") == noon);
    CHECK(parse_rfc3339("2026-01-31t12:00:00z") == noon);
    CHECK(parse_rfc3339("2026-01-31 12:00:00Z") == noon);
    CHECK(parse_rfc3339("2026-01-31T17:30:00+05:30") == noon);
    CHECK(parse_rfc3339("2026-01-30T20:00:00-16:00") == noon);
    CHECK(parse_rfc3339("2026-01-31T12:00:00-00:00") == noon);
    CHECK(parse_rfc3339("2026-01-31T12:00:00.5Z") == noon + 500ms);
    CHECK(parse_rfc3339("2026-01-31T12:00:00.0000019999Z") == noon + 1us);
  }

  TEST_CASE("a leap second is the first instant of the next minute") {
    CHECK(parse_rfc3339("2016-12-31T23:59:60.7Z") == timestamp{sys_days{2017y / 1 / 1}});
  }

  TEST_CASE("what is not a time with a zone is refused") {
    for (const char* text : {"",
                             "2026",
                             "2026-01-31",
                             "2026-01-31T12:00:00",
                             "2026-02-29T12:00:00Z",
                             "2026-13-01T00:00:00Z",
                             "2026-00-01T00:00:00Z",
                             "2026-01-32T00:00:00Z",
                             "2026-01-31T24:00:00Z",
                             "2026-01-31T12:60:00Z",
                             "2026-01-31T12:00:61Z",
                             "2026-01-31T12:00:00.Z",
                             "2026-01-31T12:00:00+5:00",
                             "2026-01-31T12:00:00+24:00",
                             "2026-01-31T12:00:00Zx",
                             " 2026-01-31T12:00:00Z",
                             "2026-01-31T12:00:00,5Z",
                             "+026-01-31T12:00:00Z",
                             "2026-1-31T12:00:00Z",
                             "infinity"}) {
      CAPTURE(text);
      CHECK_FALSE(parse_rfc3339(text).has_value());
    }
  }

  TEST_CASE("a year that RFC 3339 cannot write is refused, not written wrongly") {
    CHECK_THROWS_AS(to_rfc3339(sys_days{10000y / 1 / 1}), std::out_of_range);
    CHECK_THROWS_AS(to_rfc3339(sys_days{-1y / 12 / 31}), std::out_of_range);
    CHECK_THROWS_AS(to_rfc3339(timestamp::max()), std::out_of_range);
    CHECK_THROWS_AS(to_rfc3339(timestamp::min()), std::out_of_range);
    CHECK(to_rfc3339(sys_days{0y / 1 / 1}) == "0000-01-01T00:00:00Z");
  }

  TEST_CASE("every time between the years 0000 and 9999 reads back as it was written") {
    std::mt19937_64 random(weir::test::seed());
    const auto first = timestamp{sys_days{0y / 1 / 1}}.time_since_epoch().count();
    const auto last = timestamp{sys_days{10000y / 1 / 1}}.time_since_epoch().count() - 1;
    std::uniform_int_distribution<std::int64_t> any(first, last);
    for (int i = 0; i < 2000; ++i) {
      const timestamp time{microseconds{any(random)}};
      CHECK(parse_rfc3339(to_rfc3339(time)) == time);
    }
  }
}
