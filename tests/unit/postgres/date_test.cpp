// SPDX-License-Identifier: Apache-2.0
#include "weir/postgres/date.hpp"

#include <array>

#include "value.hpp"

namespace weir::postgres::detail {
namespace {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year;
using std::chrono::year_month_day;

date random_date(std::mt19937_64& random) {
  const std::int64_t first = date::first().day().time_since_epoch().count();
  const std::int64_t last = date::last().day().time_since_epoch().count();
  std::uniform_int_distribution<std::int64_t> any(first, last);
  return sys_days(days(any(random)));
}

std::string wire(std::uint32_t sent) {
  std::string bytes;
  put_big_endian(bytes, sent);
  return bytes;
}

TEST_SUITE("postgres.date") {
  TEST_CASE("what is no day of the calendar is no date") {
    for (const std::string_view text : {"",
                                        "2026",
                                        "2026-1-31",
                                        "2026-02-30",
                                        "2025-02-29",
                                        "1900-02-29",
                                        "2026-13-01",
                                        "2026-00-01",
                                        "2026-01-00",
                                        "0000-01-01",
                                        "2026-01-31 ",
                                        " 2026-01-31",
                                        "2026-01-31BC",
                                        "2026-01-31 bc",
                                        "-2026-01-31",
                                        "26-01-31",
                                        "2026/01/31",
                                        "2026-01-31T",
                                        "Infinity",
                                        "4714-11-23 BC",
                                        "4715-01-01 BC",
                                        "5874898-01-01",
                                        "99999999-01-01"}) {
      CAPTURE(text);
      CHECK_FALSE(date::parse(text).has_value());
    }
    CHECK(is_wrong_argument([] { return date(year(2026) / 2 / 30); }));
    CHECK(is_wrong_argument([] { return date(year(2026) / 13 / 1); }));
    CHECK(is_wrong_argument([] { return date(date::last().day() + days(1)); }));
    CHECK(is_wrong_argument([] { return date(date::first().day() - days(1)); }));
    CHECK(is_wrong_argument([] { return date(year(-5000) / 1 / 1); }));
  }

  TEST_CASE("a date is read and printed as the server prints it") {
    const auto day = [](std::string_view text) { return date::parse(text).value(); };
    CHECK(day("2026-01-31") == date(year(2026) / 1 / 31));
    CHECK(day("2024-02-29") == date(year(2024) / 2 / 29));
    CHECK(day("0001-01-01 BC") == date(year(0) / 1 / 1));
    CHECK(day("0044-03-15 BC") == date(year(-43) / 3 / 15));
    CHECK(day("1970-01-01") == date());
    CHECK(day("4714-11-24 BC") == date::first());
    CHECK(day("5874897-12-31") == date::last());
    CHECK(day("infinity") == date::infinity());
    CHECK(day("-infinity") == date::minus_infinity());
    for (const std::string_view text :
         {"0001-01-01", "0001-12-31 BC", "0044-03-15 BC", "4714-11-24 BC", "2000-02-29",
          "10000-01-01", "5874897-12-31", "infinity", "-infinity"}) {
      CHECK(day(text).to_string() == text);
    }
  }

  TEST_CASE("dates are ordered in time, between the infinities") {
    const std::array ascending{
        date::minus_infinity(), date::first(),   date(year(-43) / 3 / 15), date(),
        date::last(),           date::infinity()};
    for (std::size_t low = 0; low < ascending.size(); ++low) {
      for (std::size_t high = 0; high < ascending.size(); ++high) {
        CHECK((ascending[low] <=> ascending[high]) == (low <=> high));
      }
    }
    CHECK(date::infinity().is_infinite());
    CHECK_FALSE(date::last().is_infinite());
  }

  TEST_CASE("the fields of a date are those of std::chrono") {
    std::mt19937_64 random(weir::test::seed());
    std::uniform_int_distribution<int> any(-1'000'000, 10'000'000);
    for (int i = 0; i < 500; ++i) {
      const sys_days day{days(any(random))};
      const year_month_day fields(day);
      CHECK(date(fields).day() == day);
      const std::string text = date(day).to_string();
      CAPTURE(text);
      const int shown = std::stoi(text) * (text.ends_with("BC") ? -1 : 1);
      CHECK(shown == static_cast<int>(fields.year()) - (text.ends_with("BC") ? 1 : 0));
      CHECK(date::parse(text) == date(day));
    }
  }

  TEST_CASE("the binary form counts days from 2000, and its ends are the infinities") {
    CHECK(encoded(date(year(2000) / 1 / 2)) == wire(1));
    CHECK(encoded(date(year(1999) / 12 / 31)) == wire(0xffffffff));
    CHECK(encoded(date::infinity()) == wire(0x7fffffff));
    CHECK(encoded(date::minus_infinity()) == wire(0x80000000));
    CHECK(is_refused<date>(wire(0x7ffffffe)));
    CHECK(is_refused<date>(wire(0x80000001)));
    CHECK(is_refused<date>(wire(static_cast<std::uint32_t>(-2'451'546))));
    CHECK(decoded<date>(wire(static_cast<std::uint32_t>(-2'451'545))) == date::first());
    CHECK(is_refused<date>(wire(2'145'031'949)));
    CHECK(decoded<date>(wire(2'145'031'948)) == date::last());
  }

  TEST_CASE("extremes and random dates come back from their text and their bytes") {
    for (const date& value :
         {date(), date::first(), date::last(), date::infinity(), date::minus_infinity()}) {
      check_form(value);
    }
    std::mt19937_64 random(weir::test::seed());
    for (int i = 0; i < 300; ++i) {
      const date value = random_date(random);
      check_form(value);
      CHECK(date::parse(value.to_string()) == value);
    }
    check_spoiled(date(), random);
  }
}

}  // namespace
}  // namespace weir::postgres::detail
