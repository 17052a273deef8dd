// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "fixture.hpp"
#include "round_trip.hpp"
#include "seed.hpp"

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
using std::chrono::microseconds;
using weir::test::check_round_trip;
using weir::test::check_text;
using weir::test::on_postgres;
using weir::test::options_for;

/// How many random values of a type are sent.
constexpr int random_count = 100;

// Not in the calls: g++ 14 fails on a braced list of objects within a co_await expression.
std::vector<numeric> numbers() {
  std::vector<numeric> all{numeric(), numeric::nan(), numeric::infinity(),
                           numeric::minus_infinity()};
  for (const char* text : {"0.000", "-1", "1.50", "10000", "99999999.00000001", "-0.0001",
                           "1e131071", "1e-16383", "-1e-5"}) {
    all.emplace_back(text);
  }
  all.emplace_back(std::string(131'072, '9') + "." + std::string(16'383, '9'));
  std::mt19937_64 random(weir::test::seed());
  for (int i = 0; i < random_count; ++i) {
    const auto digits = static_cast<std::int64_t>(random());
    all.emplace_back(std::to_string(digits) + "e" + std::to_string(random() % 80));
    all.emplace_back(std::to_string(digits) + "e-" + std::to_string(random() % 80));
  }
  return all;
}

std::vector<date> dates() {
  std::vector<date> all{date(), date::first(), date::last(), date::infinity(),
                        date::minus_infinity()};
  for (const char* text : {"2024-02-29", "0001-01-01", "0001-12-31 BC", "9999-12-31"}) {
    all.push_back(date::parse(text).value());
  }
  std::mt19937_64 random(weir::test::seed());
  using std::chrono::days;
  std::uniform_int_distribution<std::int64_t> any(date::first().day().time_since_epoch().count(),
                                                  date::last().day().time_since_epoch().count());
  std::uniform_int_distribution<std::int64_t> near(-1'000'000, 1'000'000);
  for (int i = 0; i < random_count; ++i) {
    all.emplace_back(std::chrono::sys_days(days(any(random))));
    all.emplace_back(std::chrono::sys_days(days(near(random))));
  }
  return all;
}

std::vector<time_of_day> times_of_day() {
  std::vector<time_of_day> all{time_of_day(), time_of_day::end_of_day(),
                               time_of_day(microseconds(1))};
  std::mt19937_64 random(weir::test::seed());
  const std::int64_t day = time_of_day::end_of_day().since_midnight().count();
  std::uniform_int_distribution<std::int64_t> any(0, day);
  for (int i = 0; i < random_count; ++i) {
    all.emplace_back(microseconds(any(random)));
    all.emplace_back(microseconds(any(random) / 1'000'000 * 1'000'000));
  }
  return all;
}

std::vector<local_timestamp> local_timestamps() {
  std::vector<local_timestamp> all{local_timestamp(), local_timestamp::first(),
                                   local_timestamp::last(), local_timestamp::infinity(),
                                   local_timestamp::minus_infinity()};
  std::mt19937_64 random(weir::test::seed());
  const auto first = local_timestamp::first().time().time_since_epoch().count();
  const auto last = local_timestamp::last().time().time_since_epoch().count();
  std::uniform_int_distribution<std::int64_t> any(first, last);
  for (int i = 0; i < random_count; ++i) {
    all.emplace_back(local_timestamp::time_type(microseconds(any(random))));
    all.emplace_back(local_timestamp::time_type(microseconds(any(random) / 1000)));
  }
  return all;
}

std::vector<interval> intervals() {
  using limits = std::numeric_limits<std::int32_t>;
  std::vector<interval> all{
      interval(),
      {.months = 14, .days = -3, .time = microseconds(1'500'000)},
      {.months = limits::max(), .days = limits::max(), .time = microseconds::max() / 2},
      {.months = limits::min(), .days = limits::min(), .time = microseconds::min() / 2},
      {.time = microseconds::max()},
      {.time = microseconds::min()}};
  std::mt19937_64 random(weir::test::seed());
  for (int i = 0; i < 2 * random_count; ++i) {
    // Fields of all magnitudes, and zeros among them.
    all.push_back({.months = static_cast<std::int32_t>(random()) >> (random() % 32),
                   .days = static_cast<std::int32_t>(random()) >> (random() % 32),
                   .time = microseconds(static_cast<std::int64_t>(random()) >> (random() % 64))});
  }
  return all;
}

std::vector<float> floats() {
  using limits = std::numeric_limits<float>;
  return {limits::lowest(),   limits::max(),      limits::denorm_min(), 0.1f,
          limits::infinity(), -limits::infinity()};
}

std::vector<inet> addresses() {
  std::vector<inet> all{inet()};
  for (const char* text :
       {"192.168.1.5/24", "255.255.255.255/0", "::", "::1", "::2", "1::", "2001:db8::1/64",
        "::ffff:1.2.3.4", "::1.2.3.4", "::fffe:1.2.3.4", "1:0:0:2:0:0:0:3/1", "1:0:0:2:3:0:0:4",
        "1:2:3:4:5:6:7:0", "0:2::", "::1:0", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"}) {
    all.push_back(inet::parse(text).value());
  }
  std::mt19937_64 random(weir::test::seed());
  for (int i = 0; i < random_count; ++i) {
    inet::v4_bytes four{};
    for (std::uint8_t& byte : four) byte = static_cast<std::uint8_t>(random());
    all.push_back(inet::v4(four, static_cast<unsigned>(random() % 33)));
    inet::v6_bytes six{};
    // Words of zeros are what the text form is about.
    for (std::size_t at = 0; at < six.size(); at += 2) {
      if (random() % 2 == 0) continue;
      six[at] = static_cast<std::uint8_t>(random() % 3 == 0 ? 0 : random());
      six[at + 1] = static_cast<std::uint8_t>(random());
    }
    all.push_back(inet::v6(six, static_cast<unsigned>(random() % 129)));
  }
  return all;
}

/// Every kind of range between pairs of these values, the smaller one first.
template <class T>
std::vector<range<T>> ranges(const std::vector<T>& values) {
  using bound = range_bound<T>;
  std::vector<range<T>> all{range<T>(), range<T>::everything()};
  std::mt19937_64 random(weir::test::seed());
  for (int i = 0; i < random_count; ++i) {
    T low = values[random() % values.size()];
    T high = values[random() % values.size()];
    if (high < low) std::swap(low, high);
    const auto end_at = [&](const T& value) -> bound {
      const auto kind = random() % 4;
      if (kind == 0) return bound::unbounded();
      return kind == 1 ? bound::exclusive(value) : bound::inclusive(value);
    };
    bound lower = end_at(low);
    bound upper = end_at(high);
    all.emplace_back(std::move(lower), std::move(upper));
  }
  return all;
}

/// The same in the form that the server gives ranges of what can be counted: with the lower end and
/// without the upper one.
template <class T>
std::vector<range<T>> counted_ranges(std::vector<T> values) {
  std::vector<range<T>> all{range<T>(), range<T>::everything()};
  std::mt19937_64 random(weir::test::seed());
  for (int i = 0; i < random_count; ++i) {
    T low = values[random() % values.size()];
    T high = values[random() % values.size()];
    if (high < low) std::swap(low, high);
    all.emplace_back(low, high);
    all.push_back(range<T>::from(low));
    all.push_back(range<T>::until(high));
  }
  return all;
}

template <class Integer>
std::vector<Integer> integers() {
  using limits = std::numeric_limits<Integer>;
  std::vector<Integer> all{limits::min(), -1, 0, 1, limits::max()};
  std::mt19937_64 random(weir::test::seed());
  for (int i = 0; i < random_count; ++i) all.push_back(static_cast<Integer>(random()));
  return all;
}

std::vector<numeric> short_numbers() {
  std::vector<numeric> all = numbers();
  std::erase_if(all, [](const numeric& value) { return value.to_string().size() > 200; });
  return all;
}

std::vector<timestamp> timestamps() {
  std::vector<timestamp> all;
  for (const local_timestamp& time : local_timestamps()) {
    all.emplace_back(time.time().time_since_epoch());
  }
  return all;
}

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
                                numbers());
      co_await check_text(db, stmt<"select $1::numeric::text">, numbers());
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
      co_await check_round_trip(db, stmt<"select $1::date">, stmt<"select $1::date[]">, dates());
      co_await check_text(db, stmt<"select $1::date::text">, dates());
      co_await check_round_trip(db, stmt<"select $1::time">, stmt<"select $1::time[]">,
                                times_of_day());
      co_await check_text(db, stmt<"select $1::time::text">, times_of_day());
      co_await check_round_trip(db, stmt<"select $1::timestamp">, stmt<"select $1::timestamp[]">,
                                local_timestamps());
      co_await check_text(db, stmt<"select $1::timestamp::text">, local_timestamps());
    });
  }

  TEST_CASE("intervals come back as they were sent, and print as the server prints them") {
    on_postgres(options_for("rich_types"), [](pool& db) -> task<> {
      co_await check_round_trip(db, stmt<"select $1::interval">, stmt<"select $1::interval[]">,
                                intervals());
      co_await check_text(db, stmt<"select $1::interval::text">, intervals());
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

  TEST_CASE("single-precision numbers come back as they were sent") {
    on_postgres(options_for("rich_types"), [](pool& db) -> task<> {
      co_await check_round_trip(db, stmt<"select $1::real">, stmt<"select $1::real[]">, floats());
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
                                addresses());
      // A cast to text would show the prefix of a single host, which the type's output does not.
      co_await check_text(db, stmt<"select inet_out($1::inet)::text">, addresses());
    });
  }

  TEST_CASE("the server orders addresses as their type does") {
    on_postgres(options_for("rich_types"), [](pool& db) -> task<> {
      using list = std::vector<inet>;
      const list sorted = co_await db.one<list>(
          stmt<"select array_agg(a order by a) from unnest($1::inet[]) a">, addresses());
      CHECK(std::ranges::is_sorted(sorted));
      CHECK(sorted.size() == addresses().size());
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
      const auto small = counted_ranges(integers<std::int32_t>());
      co_await check_round_trip(db, stmt<"select $1::int4range">, stmt<"select $1::int4range[]">,
                                small);
      co_await check_text(db, stmt<"select $1::int4range::text">, small);
      const auto large = counted_ranges(integers<std::int64_t>());
      co_await check_round_trip(db, stmt<"select $1::int8range">, stmt<"select $1::int8range[]">,
                                large);
      co_await check_text(db, stmt<"select $1::int8range::text">, large);
      const auto days = counted_ranges(dates());
      co_await check_round_trip(db, stmt<"select $1::daterange">, stmt<"select $1::daterange[]">,
                                days);
      co_await check_text(db, stmt<"select $1::daterange::text">, days);
    });
  }

  TEST_CASE("ranges of all else come back as they were sent, and print as the server's") {
    on_postgres(options_for("rich_types"), [](pool& db) -> task<> {
      const auto amounts = ranges(short_numbers());
      co_await check_round_trip(db, stmt<"select $1::numrange">, stmt<"select $1::numrange[]">,
                                amounts);
      co_await check_text(db, stmt<"select $1::numrange::text">, amounts);
      const auto local = ranges(local_timestamps());
      co_await check_round_trip(db, stmt<"select $1::tsrange">, stmt<"select $1::tsrange[]">,
                                local);
      co_await check_text(db, stmt<"select $1::tsrange::text">, local);
    });
  }

  TEST_CASE("ranges of time with a zone come back as they were sent, and print in UTC") {
    on_postgres(options_for("rich_types"), [](pool& db) -> task<> {
      const auto zoned = ranges(timestamps());
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
