// SPDX-License-Identifier: Apache-2.0
#include <tuple>

#include "fixture.hpp"
#include "own_types.hpp"
#include "round_trip.hpp"

namespace {

/// A composite whose fields are domains.
struct item {
  std::int32_t count = 0;
  std::string name;
  std::optional<shop::colour> paint;
  std::vector<std::int32_t> sizes;
  std::optional<shop::address> place;
  double weight = 0;
  friend bool operator==(const item&, const item&) = default;
};

/// The same composite with a field of another type.
struct misread_item {
  std::string count;
  std::string name;
  std::optional<shop::colour> paint;
  std::vector<std::int32_t> sizes;
  std::optional<shop::address> place;
  double weight = 0;
};

}  // namespace

template <>
struct weir::postgres::value_of<item> : weir::postgres::as_composite<item> {};
template <>
struct weir::postgres::value_of<misread_item> : weir::postgres::as_composite<misread_item> {};

namespace {

using namespace weir;
using postgres::pool;
using shop::address;
using shop::colour;
using weir::test::check_round_trip;
using weir::test::error_of;
using weir::test::on_postgres;
using weir::test::options_for;
using numbers = std::vector<std::int32_t>;
using words = std::vector<std::string>;
using paints = std::vector<std::optional<colour>>;
using places = std::vector<std::optional<address>>;

task<> create_domains(pool& db) {
  co_await db.exec(stmt<"create type colour as enum ('red', 'blue')">);
  co_await db.exec(stmt<"create type address as (street text, floor int)">);
  co_await db.exec(stmt<"create domain positive as int check (value > 0)">);
  co_await db.exec(stmt<"create domain tiny as smallint">);
  co_await db.exec(stmt<"create domain word as varchar(10) check (value <> '')">);
  co_await db.exec(stmt<"create domain paint as colour">);
  co_await db.exec(stmt<"create domain sizes as int[] check (array_length(value, 1) < 5)">);
  co_await db.exec(stmt<"create domain place as address">);
  co_await db.exec(stmt<"create domain weight as real">);
  co_await db.exec(stmt<"create domain smaller as positive check (value < 100)">);
  co_await db.exec(
      stmt<"create type item as (count smaller, name word, paint paint, sizes sizes, place place, "
           "weight weight)">);
}

std::vector<item> items() {
  return {{1, "a", std::nullopt, {1}, std::nullopt, 0.5},
          {99, "NULL", colour::blue, {1, 2, 3}, address{"High \"Street\"", 3}, -1.5},
          {7, "\\", colour::red, {4}, address{"", std::nullopt}, 0}};
}

}  // namespace

TEST_SUITE("postgres.domain") {
  TEST_CASE("domains come back as what they are domains of, alone and in arrays") {
    on_postgres(options_for("domain"), [](pool& db) -> task<> {
      co_await create_domains(db);
      // Named, because g++ 14 fails on a braced list of objects within a co_await expression.
      const numbers some{1, 2};
      const words texts{"NULL", "a b", "{,}"};
      const std::vector<colour> colours{colour::blue, colour::red};
      const std::vector<address> addresses{address{"a", 1}, address{"", std::nullopt}};
      co_await check_round_trip(db, stmt<"select $1::positive">, stmt<"select $1::positive[]">,
                                some);
      co_await check_round_trip(db, stmt<"select $1::smaller">, stmt<"select $1::smaller[]">, some);
      co_await check_round_trip(db, stmt<"select $1::word">, stmt<"select $1::word[]">, texts);
      co_await check_round_trip(db, stmt<"select $1::paint">, stmt<"select $1::paint[]">, colours);
      co_await check_round_trip(db, stmt<"select $1::place">, stmt<"select $1::place[]">,
                                addresses);
    });
  }

  TEST_CASE("columns of domains and of their arrays are written and read") {
    on_postgres(options_for("domain"), [](pool& db) -> task<> {
      co_await create_domains(db);
      co_await db.exec(
          stmt<"create table things (count positive, counts positive[], name word, names word[], "
               "paint paint, paints paint[], sizes sizes, place place, places place[])">);
      const numbers some{1, 2};
      const words two{"x", "y"};
      const paints shades{colour::red, std::nullopt};
      const address here{"a", 1};
      const places others{here, std::nullopt};
      co_await db.exec(stmt<"insert into things values ($1, $2, $3, $4, $5, $6, $7, $8, $9)">, 5,
                       some, "z", two, colour::blue, shades, some, here, others);
      using row = std::tuple<std::int32_t, numbers, std::string, words, colour, paints, numbers,
                             address, places>;
      const row found = co_await db.one<row>(stmt<"select * from things where count = $1">, 5);
      CHECK(found == row(5, some, "z", two, colour::blue, shades, some, here, others));
    });
  }

  TEST_CASE("a composite has fields of domains") {
    on_postgres(options_for("domain"), [](pool& db) -> task<> {
      co_await create_domains(db);
      co_await check_round_trip(db, stmt<"select $1::item">, stmt<"select $1::item[]">, items());
    });
  }

  TEST_CASE("what a domain refuses is refused, wherever it stands") {
    on_postgres(options_for("domain"), [](pool& db) -> task<> {
      co_await create_domains(db);
      const postgres::error alone = co_await error_of(db.exec(stmt<"select $1::positive">, 0));
      CHECK(alone.sqlstate() == "23514");
      const numbers bad{1, 0};
      const postgres::error listed = co_await error_of(db.exec(stmt<"select $1::positive[]">, bad));
      CHECK(listed.sqlstate() == "23514");
      item large = items().front();
      large.count = 100;
      const postgres::error field = co_await error_of(db.exec(stmt<"select $1::item">, large));
      CHECK(field.sqlstate() == "23514");
    });
  }

  TEST_CASE("a domain of a smaller number fits a larger one, and no other type") {
    on_postgres(options_for("domain"), [](pool& db) -> task<> {
      co_await create_domains(db);
      using wide = std::vector<std::int64_t>;
      const wide large = co_await db.one<wide>(stmt<"select array[1, -2]::tiny[]">);
      CHECK(large == wide{1, -2});
      using narrow = std::vector<std::int16_t>;
      const auto small = co_await db.one<narrow>(stmt<"select array[1]::positive[]">).as_result();
      REQUIRE_FALSE(small.has_value());
      CHECK(small.error().is(errc::invalid_input));
      CHECK(small.error().message().find("smallint") != std::string::npos);
      const auto text =
          co_await db.one<misread_item>(stmt<"select $1::item">, items().front()).as_result();
      REQUIRE_FALSE(text.has_value());
      CHECK(text.error().message().find("read as text, which it is not") != std::string::npos);
    });
  }

  TEST_CASE("what is no array is not read as one, though its type is not known") {
    on_postgres(options_for("domain"), [](pool& db) -> task<> {
      co_await create_domains(db);
      const auto label = co_await db.one<numbers>(stmt<"select 'blue'::colour">).as_result();
      REQUIRE_FALSE(label.has_value());
      CHECK(label.error().is(errc::invalid_input));
      const auto row = co_await db.one<numbers>(stmt<"select $1::item">, items()[1]).as_result();
      REQUIRE_FALSE(row.has_value());
      CHECK(row.error().is(errc::invalid_input));
      const auto array = co_await db.one<item>(stmt<"select array[1]::positive[]">).as_result();
      REQUIRE_FALSE(array.has_value());
      CHECK(array.error().is(errc::invalid_input));
    });
  }
}
