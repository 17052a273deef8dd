// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "fixture.hpp"
#include "round_trip.hpp"
#include "samples.hpp"
#include "weir/postgres/value_of.hpp"

namespace {

/// A floating-point number that is equal to itself bit by bit; any NaN is equal to any other.
template <class Float>
struct exact {
  Float value = 0;
  friend bool operator==(exact left, exact right) {
    if (left.value != left.value) return right.value != right.value;
    return left.value == right.value && std::signbit(left.value) == std::signbit(right.value);
  }
};

/// A composite of one type in all the forms that a field can have.
template <class T>
struct held {
  T one{};
  std::optional<T> maybe;
  std::vector<T> every;
  std::vector<std::optional<T>> mixed;
  friend bool operator==(const held&, const held&) = default;
};

}  // namespace

template <class Float>
struct weir::postgres::value_of<exact<Float>> : weir::postgres::as_member<&exact<Float>::value> {};

template <class T>
struct weir::postgres::value_of<held<T>> : weir::postgres::as_composite<held<T>> {};

namespace {

using namespace weir;
using postgres::pool;
using weir::test::check_round_trip;
using weir::test::on_postgres;
using weir::test::options_for;
namespace samples = weir::test::samples;

template <fixed_string... Part>
consteval auto joined() {
  char text[(Part.view().size() + ... + 1)] = {};
  char* end = text;
  ((end = std::copy_n(Part.text, Part.view().size(), end)), ...);
  return fixed_string(text);
}

template <class T>
std::vector<exact<T>> exactly(const std::vector<T>& numbers) {
  std::vector<exact<T>> all;
  for (const T number : numbers) all.push_back({number});
  return all;
}

template <class T>
std::vector<held<T>> held_values(const std::vector<T>& values) {
  std::mt19937_64 random(weir::test::seed());
  const auto any = [&]() -> T { return values[random() % values.size()]; };
  std::vector<held<T>> all;
  for (const T& value : values) {
    held<T> made;
    made.one = value;
    if (random() % 2 == 0) made.maybe = any();
    for (auto left = random() % 3; left > 0; --left) made.every.push_back(any());
    for (auto left = random() % 3; left > 0; --left) {
      made.mixed.push_back(any());
      made.mixed.emplace_back();
    }
    all.push_back(std::move(made));
  }
  return all;
}

/// Sends the values as they are, in arrays, and within composites, alone and in arrays.
template <fixed_string Type, class T>
task<> check_everywhere(pool& db, std::vector<T> values) {
  co_await check_round_trip<T>(db, stmt<joined<"select $1::", Type>()>,
                               stmt<joined<"select $1::", Type, "[]">()>, values);
  co_await db.exec(stmt<joined<"create type held_", Type, " as (one ", Type, ", maybe ", Type,
                               ", every ", Type, "[], mixed ", Type, "[])">()>);
  // A few of the values, because those of a composite are many.
  constexpr std::size_t held_max = 60;
  values.resize(std::min(values.size(), held_max));
  co_await check_round_trip<held<T>>(db, stmt<joined<"select $1::held_", Type>()>,
                                     stmt<joined<"select $1::held_", Type, "[]">()>,
                                     held_values(values));
}

}  // namespace

TEST_SUITE("postgres.random_types") {
  TEST_CASE("truth and integers come back from wherever they were put") {
    on_postgres(options_for("random_types"), [](pool& db) -> task<> {
      co_await check_everywhere<"bool">(db, samples::truths());
      co_await check_everywhere<"int2">(db, samples::integers<std::int16_t>());
      co_await check_everywhere<"int4">(db, samples::integers<std::int32_t>());
      co_await check_everywhere<"int8">(db, samples::integers<std::int64_t>());
    });
  }

  TEST_CASE("binary fractions come back to the last bit") {
    on_postgres(options_for("random_types"), [](pool& db) -> task<> {
      co_await check_everywhere<"float4">(db, exactly(samples::floats()));
      co_await check_everywhere<"float8">(db, exactly(samples::doubles()));
    });
  }

  TEST_CASE("text, bytes, ids and documents come back from wherever they were put") {
    on_postgres(options_for("random_types"), [](pool& db) -> task<> {
      co_await check_everywhere<"text">(db, samples::texts());
      co_await check_everywhere<"bytea">(db, samples::blobs());
      co_await check_everywhere<"uuid">(db, samples::ids());
      co_await check_everywhere<"jsonb">(db, samples::documents());
    });
  }

  TEST_CASE("numbers and addresses come back from wherever they were put") {
    on_postgres(options_for("random_types"), [](pool& db) -> task<> {
      co_await check_everywhere<"numeric">(db, samples::short_numbers());
      co_await check_everywhere<"inet">(db, samples::addresses());
    });
  }

  TEST_CASE("times come back from wherever they were put") {
    on_postgres(options_for("random_types"), [](pool& db) -> task<> {
      co_await check_everywhere<"date">(db, samples::dates());
      co_await check_everywhere<"time">(db, samples::times_of_day());
      co_await check_everywhere<"timestamp">(db, samples::local_timestamps());
      co_await check_everywhere<"timestamptz">(db, samples::timestamps());
      co_await check_everywhere<"interval">(db, samples::intervals());
    });
  }

  TEST_CASE("ranges come back from wherever they were put") {
    on_postgres(options_for("random_types"), [](pool& db) -> task<> {
      co_await check_everywhere<"int4range">(
          db, samples::counted_ranges(samples::integers<std::int32_t>()));
      co_await check_everywhere<"int8range">(
          db, samples::counted_ranges(samples::integers<std::int64_t>()));
      co_await check_everywhere<"daterange">(db, samples::counted_ranges(samples::dates()));
      co_await check_everywhere<"numrange">(db, samples::ranges(samples::short_numbers()));
      co_await check_everywhere<"tsrange">(db, samples::ranges(samples::local_timestamps()));
      co_await check_everywhere<"tstzrange">(db, samples::ranges(samples::timestamps()));
    });
  }

  TEST_CASE("a composite reads the same whatever the session's settings are") {
    on_postgres(options_for("random_types"), [](pool& db) -> task<> {
      using times = held<timestamp>;
      using spans = held<postgres::interval>;
      co_await db.exec(
          stmt<"create type times as (one timestamptz, maybe timestamptz, every timestamptz[], "
               "mixed timestamptz[])">);
      co_await db.exec(stmt<"create type spans as (one interval, maybe interval, every interval[], "
                            "mixed interval[])">);
      postgres::transaction odd = co_await db.begin();
      co_await odd.exec(stmt<"set local datestyle = 'SQL, DMY'">);
      co_await odd.exec(stmt<"set local intervalstyle = 'sql_standard'">);
      co_await odd.exec(stmt<"set local timezone = 'Asia/Kathmandu'">);
      co_await odd.exec(stmt<"set local extra_float_digits = -5">);
      for (const times& sent : held_values(samples::timestamps())) {
        const times back = co_await odd.one<times>(stmt<"select $1::times">, sent);
        CHECK(back == sent);
      }
      for (const spans& sent : held_values(samples::intervals())) {
        const spans back = co_await odd.one<spans>(stmt<"select $1::spans">, sent);
        CHECK(back == sent);
      }
      co_await odd.rollback();
    });
  }
}
