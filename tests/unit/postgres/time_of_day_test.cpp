// SPDX-License-Identifier: Apache-2.0
#include "weir/postgres/time_of_day.hpp"

#include "value.hpp"

namespace weir::postgres::detail {
namespace {

using std::chrono::microseconds;

constexpr std::int64_t day = 86'400'000'000;

std::string wire(std::int64_t micros) {
  std::string bytes;
  put_big_endian(bytes, static_cast<std::uint64_t>(micros));
  return bytes;
}

TEST_SUITE("postgres.time_of_day") {
  TEST_CASE("what is no time on a clock is refused") {
    for (const std::string_view text :
         {"", "9:30", "09", "09:", "09:60", "09:30:60", "24:00:01", "24:00:00.000001", "25:00",
          "09:30:00.", "09:30:00.1234567", "09:30:00 ", "-09:30", "09:30:00+01", "infinity"}) {
      CAPTURE(text);
      CHECK_FALSE(time_of_day::parse(text).has_value());
    }
    CHECK(is_wrong_argument([] { return time_of_day(microseconds(-1)); }));
    CHECK(is_wrong_argument([] { return time_of_day(microseconds(day + 1)); }));
  }

  TEST_CASE("a time is read and printed as the server prints it") {
    const auto shown = [](std::string_view text) {
      return time_of_day::parse(text).value().to_string();
    };
    CHECK(shown("09:30") == "09:30:00");
    CHECK(shown("00:00:00") == "00:00:00");
    CHECK(shown("23:59:59.999999") == "23:59:59.999999");
    CHECK(shown("12:00:00.250") == "12:00:00.25");
    CHECK(shown("12:00:10.000001") == "12:00:10.000001");
    CHECK(shown("12:00:10.0") == "12:00:10");
    CHECK(shown("24:00:00") == "24:00:00");
    CHECK(time_of_day::parse("24:00") == time_of_day::end_of_day());
  }

  TEST_CASE("times are ordered from midnight to the end of the day") {
    CHECK(time_of_day() < time_of_day(microseconds(1)));
    CHECK(time_of_day(microseconds(day - 1)) < time_of_day::end_of_day());
    CHECK(time_of_day(microseconds(5)).since_midnight() == microseconds(5));
  }

  TEST_CASE("bytes outside of a day are refused") {
    CHECK(is_refused<time_of_day>(wire(-1)));
    CHECK(is_refused<time_of_day>(wire(day + 1)));
    CHECK(decoded<time_of_day>(wire(day)) == time_of_day::end_of_day());
  }

  TEST_CASE("extremes and random times come back from their text and their bytes") {
    check_form(time_of_day());
    check_form(time_of_day::end_of_day());
    std::mt19937_64 random(weir::test::seed());
    std::uniform_int_distribution<std::int64_t> any(0, day);
    for (int i = 0; i < 300; ++i) {
      const time_of_day value{microseconds(any(random))};
      check_form(value);
      CHECK(time_of_day::parse(value.to_string()) == value);
    }
    check_spoiled(time_of_day(), random);
  }
}

}  // namespace
}  // namespace weir::postgres::detail
