// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "fixture.hpp"
#include "round_trip.hpp"
#include "samples.hpp"

namespace {

using namespace weir;
using postgres::date;
using postgres::inet;
using postgres::interval;
using postgres::local_timestamp;
using postgres::numeric;
using postgres::pool;
using postgres::range;
using postgres::range_bound;
using postgres::time_of_day;
namespace samples = weir::test::samples;
using weir::test::check_round_trip;
using weir::test::check_text;
using weir::test::on_postgres;
using weir::test::options_for;

struct booking {
  numeric price;
  date day;
  time_of_day opens;
  local_timestamp starts;
  interval lasts;
  inet caller;
  range<date> season;
  float weight = 0;
  std::optional<numeric> discount;
};

constexpr auto a_booking = stmt<
    "select 19.90 as price, date '2026-01-31' as day, time '09:30' as opens, "
    "timestamp '2026-01-31 10:00' as starts, interval '1 mon' as lasts, inet '::1' as caller, "
    "daterange('2026-01-01', '2026-02-01') as season, 1.5::real as weight, "
    "null::numeric as discount">;

}  // namespace

TEST_SUITE("postgres.rich_types") {
  TEST_CASE("decimal numbers come back as they were sent, and print as the server prints them") {
    on_postgres(options_for("rich_types"), [](pool& db) -> task<> {
      co_await check_round_trip(db, stmt<"select $1::numeric">, stmt<"select $1::numeric[]">,
                                samples::numbers());
      co_await check_text(db, stmt<"select $1::numeric::text">, samples::numbers());
    });
  }

  TEST_CASE("what the server calculates is read with the digits that it gives") {
    on_postgres(options_for("rich_types"), [](pool& db) -> task<> {
      const auto sum = co_await db.one<numeric>(stmt<"select $1 + 0.20::numeric">, numeric("1.3"));
      CHECK(sum.to_string() == "1.50");
      const auto third = co_await db.one<numeric>(stmt<"select 10::numeric / 3">);
      CHECK(third.to_string() == "3.3333333333333333");
      const auto typed = co_await db.one<numeric>(stmt<"select $1::numeric(6, 3)">, numeric(12));
      CHECK(typed.to_string() == "12.000");
    });
  }

  TEST_CASE("dates and times come back as they were sent, and print as the server prints them") {
    on_postgres(options_for("rich_types"), [](pool& db) -> task<> {
      co_await check_round_trip(db, stmt<"select $1::date">, stmt<"select $1::date[]">,
                                samples::dates());
      co_await check_text(db, stmt<"select $1::date::text">, samples::dates());
      co_await check_round_trip(db, stmt<"select $1::time">, stmt<"select $1::time[]">,
                                samples::times_of_day());
      co_await check_text(db, stmt<"select $1::time::text">, samples::times_of_day());
      co_await check_round_trip(db, stmt<"select $1::timestamp">, stmt<"select $1::timestamp[]">,
                                samples::local_timestamps());
      co_await check_text(db, stmt<"select $1::timestamp::text">, samples::local_timestamps());
    });
  }

  TEST_CASE("intervals come back as they were sent, and print as the server prints them") {
    on_postgres(options_for("rich_types"), [](pool& db) -> task<> {
      co_await check_round_trip(db, stmt<"select $1::interval">, stmt<"select $1::interval[]">,
                                samples::intervals());
      co_await check_text(db, stmt<"select $1::interval::text">, samples::intervals());
    });
  }

  TEST_CASE("a time that only the server can count to is refused, not wrapped") {
    on_postgres(options_for("rich_types"), [](pool& db) -> task<> {
      const auto zoned =
          co_await db.one<timestamp>(stmt<"select '294276-12-31'::timestamptz">).as_result();
      REQUIRE_FALSE(zoned.has_value());
      CHECK(zoned.error().message().find("select it as text") != std::string::npos);
      const auto local =
          co_await db.one<local_timestamp>(stmt<"select '294276-12-31'::timestamp">).as_result();
      REQUIRE_FALSE(local.has_value());
      CHECK(local.error().is(errc::invalid_input));
    });
  }

  TEST_CASE("a single-precision number keeps what is not a number, and the sign of zero") {
    on_postgres(options_for("rich_types"), [](pool& db) -> task<> {
      const float nan = co_await db.one<float>(stmt<"select $1::real">, std::nanf(""));
      CHECK(std::isnan(nan));
      const float zero = co_await db.one<float>(stmt<"select $1::real">, -0.0f);
      CHECK(std::signbit(zero));
      const auto wide = co_await db.one<float>(stmt<"select 1::float8 as wide">).as_result();
      REQUIRE_FALSE(wide.has_value());
      CHECK(wide.error().message().find("wide::real") != std::string::npos);
    });
  }

  TEST_CASE("addresses come back as they were sent, and print as the server prints them") {
    on_postgres(options_for("rich_types"), [](pool& db) -> task<> {
      co_await check_round_trip(db, stmt<"select $1::inet">, stmt<"select $1::inet[]">,
                                samples::addresses());
      // A cast to text would show the prefix of a single host, which the type's output does not.
      co_await check_text(db, stmt<"select inet_out($1::inet)::text">, samples::addresses());
    });
  }

  TEST_CASE("the server orders addresses as their type does") {
    on_postgres(options_for("rich_types"), [](pool& db) -> task<> {
      using list = std::vector<inet>;
      const list sorted = co_await db.one<list>(
          stmt<"select array_agg(a order by a) from unnest($1::inet[]) a">, samples::addresses());
      CHECK(std::ranges::is_sorted(sorted));
      CHECK(sorted.size() == samples::addresses().size());
    });
  }

  TEST_CASE("a cidr is read and written as an address, alone and in an array") {
    on_postgres(options_for("rich_types"), [](pool& db) -> task<> {
      const inet network = inet::parse("10.1.0.0/16").value();
      co_await db.exec(stmt<"create table networks (one cidr, many cidr[])">);
      co_await db.exec(stmt<"insert into networks values ($1, array[$1]::cidr[])">, network);
      const auto one = co_await db.one<inet>(stmt<"select one from networks">);
      CHECK(one == network);
      using list = std::vector<inet>;
      const list many = co_await db.one<list>(stmt<"select many from networks">);
      CHECK(many == list{network});
      const inet host = inet::parse("10.1.0.1/16").value();
      co_await db.exec(stmt<"update networks set one = $1">, host);
      const auto masked = co_await db.one<inet>(stmt<"select one from networks">);
      CHECK(masked == network);
    });
  }

  TEST_CASE("ranges of what is counted come back as they were sent, and print as the server's") {
    on_postgres(options_for("rich_types"), [](pool& db) -> task<> {
      const auto small = samples::counted_ranges(samples::integers<std::int32_t>());
      co_await check_round_trip(db, stmt<"select $1::int4range">, stmt<"select $1::int4range[]">,
                                small);
      co_await check_text(db, stmt<"select $1::int4range::text">, small);
      const auto large = samples::counted_ranges(samples::integers<std::int64_t>());
      co_await check_round_trip(db, stmt<"select $1::int8range">, stmt<"select $1::int8range[]">,
                                large);
      co_await check_text(db, stmt<"select $1::int8range::text">, large);
      const auto days = samples::counted_ranges(samples::dates());
      co_await check_round_trip(db, stmt<"select $1::daterange">, stmt<"select $1::daterange[]">,
                                days);
      co_await check_text(db, stmt<"select $1::daterange::text">, days);
    });
  }

  TEST_CASE("ranges of all else come back as they were sent, and print as the server's") {
    on_postgres(options_for("rich_types"), [](pool& db) -> task<> {
      const auto amounts = samples::ranges(samples::short_numbers());
      co_await check_round_trip(db, stmt<"select $1::numrange">, stmt<"select $1::numrange[]">,
                                amounts);
      co_await check_text(db, stmt<"select $1::numrange::text">, amounts);
      const auto local = samples::ranges(samples::local_timestamps());
      co_await check_round_trip(db, stmt<"select $1::tsrange">, stmt<"select $1::tsrange[]">,
                                local);
      co_await check_text(db, stmt<"select $1::tsrange::text">, local);
    });
  }

  TEST_CASE("ranges of time with a zone come back as they were sent, and print in UTC") {
    on_postgres(options_for("rich_types"), [](pool& db) -> task<> {
      const auto zoned = samples::ranges(samples::timestamps());
      co_await check_round_trip(db, stmt<"select $1::tstzrange">, stmt<"select $1::tstzrange[]">,
                                zoned);
      postgres::transaction utc = co_await db.begin();
      co_await utc.exec(stmt<"set local time zone 'UTC'">);
      for (const range<timestamp>& value : zoned) {
        const auto text = co_await utc.one<std::string>(stmt<"select $1::tstzrange::text">, value);
        CHECK(text == value.to_string());
      }
      co_await utc.rollback();
    });
  }

  TEST_CASE("the server gives ranges of what is counted back in one form") {
    on_postgres(options_for("rich_types"), [](pool& db) -> task<> {
      using seats = range<std::int32_t>;
      const auto closed = co_await db.one<seats>(stmt<"select $1::int4range">, seats::closed(1, 9));
      CHECK(closed == seats(1, 10));
      using bound = range_bound<std::int32_t>;
      const seats open(bound::exclusive(1), bound::exclusive(2));
      const auto none = co_await db.one<seats>(stmt<"select $1::int4range">, open);
      CHECK(none.is_empty());
    });
  }

  TEST_CASE("a struct has fields of these types, as of all others") {
    on_postgres(options_for("rich_types"), [](pool& db) -> task<> {
      const booking found = co_await db.one<booking>(a_booking);
      CHECK(found.price.to_string() == "19.90");
      CHECK(found.day.to_string() == "2026-01-31");
      CHECK(found.opens.to_string() == "09:30:00");
      CHECK(found.starts.to_string() == "2026-01-31 10:00:00");
      CHECK(found.lasts == interval{.months = 1});
      CHECK(found.caller.to_string() == "::1");
      CHECK(found.season.to_string() == "[2026-01-01,2026-02-01)");
      CHECK(found.weight == 1.5f);
      CHECK_FALSE(found.discount.has_value());
    });
  }
}
