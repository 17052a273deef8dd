// SPDX-License-Identifier: Apache-2.0
#include "weir/postgres/interval.hpp"

#include <limits>

#include "value.hpp"

namespace weir::postgres::detail {
namespace {

using std::chrono::microseconds;
using limits32 = std::numeric_limits<std::int32_t>;
using limits64 = std::numeric_limits<std::int64_t>;

interval random_interval(std::mt19937_64& random) {
  // Fields of all magnitudes, and zeros among them.
  return {.months = static_cast<std::int32_t>(random()) >> (random() % 32),
          .days = static_cast<std::int32_t>(random()) >> (random() % 32),
          .time = microseconds(static_cast<std::int64_t>(random()) >> (random() % 64))};
}

TEST_SUITE("postgres.interval") {
  TEST_CASE("what is no interval, or does not fit its fields, is refused") {
    for (const std::string_view text : {"",
                                        " ",
                                        "1",
                                        "1 ",
                                        "day",
                                        "1 day ",
                                        " 1 day",
                                        "1 day 2 days",
                                        "1 day 1 year",
                                        "1day",
                                        "1 week",
                                        "1 day 1:00:00",
                                        "1 day 00:60:00",
                                        "1 day 00:00:60",
                                        "--1 day",
                                        "+-1 day",
                                        "00:00:00.1234567",
                                        "2147483648 days",
                                        "-2147483649 days",
                                        "178956971 years",
                                        "178956970 years 8 mons",
                                        "99999999999 days",
                                        "2562047788:00:54.775808",
                                        "-2562047788:00:54.775809",
                                        "2562047789:00:00",
                                        "9999999999:00:00",
                                        "P1D",
                                        "1 day ago"}) {
      CAPTURE(text);
      CHECK_FALSE(interval::parse(text).has_value());
    }
  }

  TEST_CASE("an interval is printed as the server prints it") {
    using std::chrono::hours;
    const auto shown = [](std::int32_t months, std::int32_t days, microseconds time) {
      return interval{.months = months, .days = days, .time = time}.to_string();
    };
    CHECK(shown(0, 0, microseconds(0)) == "00:00:00");
    CHECK(shown(12, 1, microseconds(0)) == "1 year 1 day");
    CHECK(shown(14, -3, hours(4)) == "1 year 2 mons -3 days +04:00:00");
    CHECK(shown(-1, 2, -hours(100)) == "-1 mons +2 days -100:00:00");
    CHECK(shown(-13, 0, microseconds(1)) == "-1 years -1 mons +00:00:00.000001");
    CHECK(shown(0, 0, microseconds(-1'500'000)) == "-00:00:01.5");
    CHECK(shown(0, 0, microseconds::max()) == "2562047788:00:54.775807");
    CHECK(shown(0, 0, microseconds::min()) == "-2562047788:00:54.775808");
    CHECK(shown(limits32::min(), limits32::min(), microseconds(0)) ==
          "-178956970 years -8 mons -2147483648 days");
  }

  TEST_CASE("two intervals are equal when their fields are") {
    CHECK(interval{.months = 1} != interval{.days = 30});
    CHECK(interval{.time = std::chrono::minutes(90)} == interval::parse("01:30"));
    CHECK(interval{.months = -10} == interval::parse("-1 year 2 mons"));
    CHECK(interval() == interval::parse("00:00:00"));
  }

  TEST_CASE("the binary form is time, days and months") {
    const interval value{.months = 1, .days = 2, .time = microseconds(3)};
    CHECK(encoded(value) == std::string("\0\0\0\0\0\0\0\3\0\0\0\2\0\0\0\1", 16));
  }

  TEST_CASE("extremes and random intervals come back from their text and their bytes") {
    std::mt19937_64 random(weir::test::seed());
    std::vector<interval> values{
        interval(),
        {.months = limits32::max(), .days = limits32::max(), .time = microseconds::max()},
        {.months = limits32::min(), .days = limits32::min(), .time = microseconds::min()}};
    for (int i = 0; i < 500; ++i) values.push_back(random_interval(random));
    for (const interval& value : values) {
      check_form(value);
      CAPTURE(value.to_string());
      CHECK(interval::parse(value.to_string()) == value);
    }
    check_spoiled(values.front(), random);
  }
}

}  // namespace
}  // namespace weir::postgres::detail
