// SPDX-License-Identifier: Apache-2.0
#include "weir/postgres/local_timestamp.hpp"

#include <array>

#include "value.hpp"

namespace weir::postgres::detail {
namespace {

using std::chrono::hours;
using std::chrono::local_days;
using std::chrono::microseconds;
using std::chrono::year;
using time_type = local_timestamp::time_type;

local_timestamp random_time(std::mt19937_64& random) {
  std::uniform_int_distribution<std::int64_t> any(
      local_timestamp::first().time().time_since_epoch().count(),
      local_timestamp::last().time().time_since_epoch().count());
  return time_type(microseconds(any(random)));
}

TEST_SUITE("postgres.local_timestamp") {
  TEST_CASE("what is no day and time is refused") {
    for (const std::string_view text :
         {"", "2026-01-31", "2026-01-31 ", "2026-02-30 12:00:00", "2026-01-31 24:00:00",
          "2026-01-31 12:00:00Z", "2026-01-31 12:00:00+01", "2026-01-31  12:00", "2026-01-3112:00",
          "2026-01-31 12:00:00 AD", "4714-11-23 23:59:59 BC", "294247-01-10 04:00:54.775807",
          "294247-01-11 00:00:00", "5874897-01-01 00:00:00", "INFINITY"}) {
      CAPTURE(text);
      CHECK_FALSE(local_timestamp::parse(text).has_value());
    }
    CHECK(is_wrong_argument(
        [] { return local_timestamp(local_timestamp::first().time() - microseconds(1)); }));
  }

  TEST_CASE("a day and time is read and printed as the server prints it") {
    const auto shown = [](std::string_view text) {
      return local_timestamp::parse(text).value().to_string();
    };
    for (const std::string_view text :
         {"2026-01-31 12:30:00", "2026-01-31 12:30:00.25", "1969-12-31 23:59:59.999999",
          "0001-12-31 23:59:59.5 BC", "0001-01-01 00:00:00", "4714-11-24 00:00:00 BC",
          "10000-01-01 00:00:00", "294247-01-10 04:00:54.775806", "infinity", "-infinity"}) {
      CHECK(shown(text) == text);
    }
    CHECK(shown("2026-01-31T12:30") == "2026-01-31 12:30:00");
    CHECK(local_timestamp::parse("2026-01-31 12:00:00") ==
          local_timestamp(local_days(year(2026) / 1 / 31) + hours(12)));
    CHECK(local_timestamp::first().to_string() == "4714-11-24 00:00:00 BC");
    CHECK(local_timestamp::last().to_string() == "294247-01-10 04:00:54.775806");
  }

  TEST_CASE("times are ordered, between the infinities") {
    const std::array ascending{local_timestamp::minus_infinity(), local_timestamp::first(),
                               local_timestamp(), local_timestamp::last(),
                               local_timestamp::infinity()};
    for (std::size_t low = 0; low < ascending.size(); ++low) {
      for (std::size_t high = 0; high < ascending.size(); ++high) {
        CHECK((ascending[low] <=> ascending[high]) == (low <=> high));
      }
    }
    CHECK(local_timestamp::minus_infinity().is_infinite());
    CHECK_FALSE(local_timestamp::first().is_infinite());
  }

  TEST_CASE("extremes and random times come back from their text and their bytes") {
    for (const local_timestamp& value :
         {local_timestamp(), local_timestamp::first(), local_timestamp::last(),
          local_timestamp::infinity(), local_timestamp::minus_infinity()}) {
      check_form(value);
    }
    std::mt19937_64 random(weir::test::seed());
    for (int i = 0; i < 300; ++i) {
      const local_timestamp value = random_time(random);
      check_form(value);
      CHECK(local_timestamp::parse(value.to_string()) == value);
    }
    check_spoiled(local_timestamp(), random);
  }
}

}  // namespace
}  // namespace weir::postgres::detail
