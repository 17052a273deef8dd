// SPDX-License-Identifier: Apache-2.0
#include "own_types.hpp"

#include <limits>
#include <random>

#include "fixture.hpp"
#include "round_trip.hpp"
#include "seed.hpp"

namespace {

using namespace weir;
using postgres::pool;
using shop::address;
using shop::colour;
using shop::money;
using shop::order_id;
using shop::shipment;
using shop::size;
using weir::test::check_round_trip;
using weir::test::error_of;
using weir::test::on_postgres;
using weir::test::options_for;

task<> create_types(pool& db) {
  co_await db.exec(stmt<"create type colour as enum ('red', 'blue')">);
  co_await db.exec(stmt<"create type box_size as enum ('XL', 'small', 'quite \"large\"')">);
  co_await db.exec(stmt<"create type address as (street text, floor int)">);
  co_await db.exec(
      stmt<"create type shipment as (order_id uuid, recipient address, colours colour[], "
           "stops address[], box box_size, price bigint)">);
}

// Not in the calls: g++ 14 fails on a braced list of objects within a co_await expression.
std::vector<colour> colours() { return {colour::red, colour::blue}; }
std::vector<size> sizes() { return {size::small, size::large, size::extra_large}; }

/// Texts in which every character stands that means something in an array or a row.
std::vector<std::string> awkward_texts() {
  std::vector<std::string> all{"",      "null", "NULL", "a b",        "\\",   "\"",
                               "{a,b}", "(,)",  "\\N",  " trailing ", "\t\n", "gr\xc3\xbc\xc3\x9f"};
  std::mt19937_64 random(weir::test::seed());
  constexpr std::string_view characters = "\\\"'(){},; \n\tNULnul0aA:.";
  for (int i = 0; i < 100; ++i) {
    std::string text;
    for (auto left = random() % 12; left > 0; --left) {
      text += characters[random() % characters.size()];
    }
    all.push_back(std::move(text));
  }
  return all;
}

std::vector<address> addresses() {
  std::vector<address> all;
  std::mt19937_64 random(weir::test::seed());
  for (const std::string& street : awkward_texts()) {
    std::optional<std::int32_t> floor;
    if (random() % 3 > 0) floor = static_cast<std::int32_t>(random());
    all.push_back({street, floor});
  }
  return all;
}

std::vector<order_id> order_ids() { return {order_id{}, order_id{uuid::random()}}; }

std::vector<money> amounts() {
  using limits = std::numeric_limits<std::int64_t>;
  return {money{0}, money{-1}, money{limits::min()}, money{limits::max()}};
}

std::vector<shipment> shipments() {
  std::vector<shipment> all{shipment{}};
  const std::vector<address> places = addresses();
  std::mt19937_64 random(weir::test::seed());
  for (int i = 0; i < 100; ++i) {
    shipment made;
    made.order = order_id{uuid::random()};
    made.price = {static_cast<std::int64_t>(random())};
    if (random() % 2 == 0) made.recipient = places[random() % places.size()];
    if (random() % 2 == 0) made.box = sizes()[random() % 3];
    for (auto left = random() % 4; left > 0; --left) {
      made.colours.push_back(colours()[random() % 2]);
      made.stops.emplace_back(places[random() % places.size()]);
      if (random() % 2 == 0) made.stops.emplace_back();
    }
    all.push_back(std::move(made));
  }
  return all;
}

struct parcel {
  order_id id;
  colour paint = colour::red;
  std::optional<address> sender;
  std::vector<std::optional<colour>> stripes;
  money price;
};

constexpr auto a_parcel = stmt<
    "select '01890a5d-ac96-774b-bcce-b302099a8057'::uuid as id, 'blue'::colour as paint, "
    "row('High Street', 3)::address as sender, array['red', null]::colour[] as stripes, "
    "5::bigint as price">;

}  // namespace

TEST_SUITE("postgres.own_types") {
  TEST_CASE("enums come back as they were sent, by the names or by labels of their own") {
    on_postgres(options_for("own_types"), [](pool& db) -> task<> {
      co_await create_types(db);
      co_await check_round_trip(db, stmt<"select $1::colour">, stmt<"select $1::colour[]">,
                                colours());
      co_await check_round_trip(db, stmt<"select $1::box_size">, stmt<"select $1::box_size[]">,
                                sizes());
      const auto text =
          co_await db.one<std::string>(stmt<"select $1::box_size::text">, size::large);
      CHECK(text == "quite \"large\"");
    });
  }

  TEST_CASE("an enum is written to columns of its type and of text, and read from both") {
    on_postgres(options_for("own_types"), [](pool& db) -> task<> {
      co_await create_types(db);
      co_await db.exec(
          stmt<"create table paints (one colour, many colour[], word text, words varchar(9)[])">);
      co_await db.exec(stmt<"insert into paints values ($1, $2, $3, $4)">, colour::blue, colours(),
                       colour::blue, colours());
      using row = std::tuple<colour, std::vector<colour>, colour, std::vector<colour>>;
      const row found =
          co_await db.one<row>(stmt<"select * from paints where many @> $1">, colours());
      CHECK(found == row(colour::blue, colours(), colour::blue, colours()));
    });
  }

  TEST_CASE("a label that no enumerator has is refused by its name") {
    on_postgres(options_for("own_types"), [](pool& db) -> task<> {
      const auto unknown = co_await db.one<colour>(stmt<"select 'dark green'::text">).as_result();
      REQUIRE_FALSE(unknown.has_value());
      CHECK(unknown.error().is(errc::invalid_input));
      CHECK(unknown.error().disposition() == disposition::permanent);
      const std::string& text = unknown.error().message();
      CHECK(text.find("\"dark green\"") != std::string::npos);
      CHECK(text.find("shop::colour") != std::string::npos);
      CHECK(text.find("red, blue") != std::string::npos);
      // The name of an enumerator that has another label is no label.
      const auto renamed = co_await db.one<size>(stmt<"select 'large'::text">).as_result();
      REQUIRE_FALSE(renamed.has_value());
      CHECK(renamed.error().message().find("XL, small") != std::string::npos);
    });
  }

  TEST_CASE("an enumerator without a label is refused, and a label that the server lacks by it") {
    on_postgres(options_for("own_types"), [](pool& db) -> task<> {
      co_await db.exec(stmt<"create type colour as enum ('red')">);
      const auto none =
          co_await db.exec(stmt<"select $1::colour">, static_cast<colour>(7)).as_result();
      REQUIRE_FALSE(none.has_value());
      CHECK(none.error().is(errc::invalid_argument));
      CHECK(none.error().message().find("value 7 of shop::colour") != std::string::npos);
      const postgres::error refused =
          co_await error_of(db.exec(stmt<"select $1::colour">, colour::blue));
      CHECK(refused.sqlstate() == "22P02");
    });
  }

  TEST_CASE("composites come back as they were sent, whatever their texts hold") {
    on_postgres(options_for("own_types"), [](pool& db) -> task<> {
      co_await create_types(db);
      co_await check_round_trip(db, stmt<"select $1::address">, stmt<"select $1::address[]">,
                                addresses());
    });
  }

  TEST_CASE("composites with composites, arrays, enums and user types in them come back") {
    on_postgres(options_for("own_types"), [](pool& db) -> task<> {
      co_await create_types(db);
      co_await check_round_trip(db, stmt<"select $1::shipment">, stmt<"select $1::shipment[]">,
                                shipments());
    });
  }

  TEST_CASE("user types come back as they were sent, as what they are made of") {
    on_postgres(options_for("own_types"), [](pool& db) -> task<> {
      co_await check_round_trip(db, stmt<"select $1">, stmt<"select $1">, order_ids());
      co_await check_round_trip(db, stmt<"select $1">, stmt<"select $1">, amounts());
    });
  }

  TEST_CASE("a composite's text fits varchar, char(n), enums and numbers, as a literal does") {
    on_postgres(options_for("own_types"), [](pool& db) -> task<> {
      co_await create_types(db);
      co_await db.exec(stmt<"create type other as (street varchar(20), floor numeric)">);
      const address sent{"12", 4};
      const auto text = co_await db.one<std::string>(stmt<"select $1::other::text">, sent);
      CHECK(text == "(12,4)");
      const auto shorter =
          co_await db.one<std::string>(stmt<"select (($1::other).street || '!')">, sent);
      CHECK(shorter == "12!");
      // Four letters are not taken for the four bytes of an integer.
      co_await db.exec(stmt<"create type swapped as (street int, floor int)">);
      const address letters{"abcd", 4};
      const postgres::error refused =
          co_await error_of(db.exec(stmt<"select $1::swapped">, letters));
      CHECK(refused.sqlstate() == "22P02");
    });
  }

  TEST_CASE("a composite of another shape is refused with the field and a remedy") {
    on_postgres(options_for("own_types"), [](pool& db) -> task<> {
      const auto message = [](const auto& outcome) {
        REQUIRE_FALSE(outcome.has_value());
        CHECK(outcome.error().is(errc::invalid_input));
        CHECK(outcome.error().disposition() == disposition::permanent);
        return outcome.error().message();
      };
      const auto contains = [](const std::string& text, std::string_view part) {
        CHECK_MESSAGE(text.find(part) != text.npos, text);
      };
      const auto count = co_await db.one<address>(stmt<"select row('a'::text)">).as_result();
      contains(message(count), "a composite of 1 fields, while shop::address has 2");
      const auto type =
          co_await db.one<address>(stmt<"select row('a'::text, 1::bigint)">).as_result();
      contains(message(type), "field \"floor\" of shop::address has the type with oid 20");
      const auto null = co_await db.one<address>(stmt<"select row(null::text, 1)">).as_result();
      contains(message(null), "field \"street\" of shop::address is NULL");
      const auto scalar = co_await db.one<address>(stmt<"select 1 as number">).as_result();
      contains(message(scalar), "column \"number\" has the type with oid 23");
      const auto element =
          co_await db.one<std::vector<address>>(stmt<"select array[1]">).as_result();
      contains(message(element), "oid 1007");
      const auto missing =
          co_await db.one<std::vector<address>>(stmt<"select array[null, row('a'::text, 1)]">)
              .as_result();
      contains(message(missing), "NULL");
      co_await db.exec(stmt<"create type street as (name text)">);
      const address longer{"a", 1};
      const postgres::error sent = co_await error_of(db.exec(stmt<"select $1::street">, longer));
      CHECK(sent.sqlstate() == "22P02");
      contains(sent.detail(), "Too many columns");
    });
  }

  TEST_CASE("a struct has columns of these types, as of all others") {
    on_postgres(options_for("own_types"), [](pool& db) -> task<> {
      co_await create_types(db);
      const parcel found = co_await db.one<parcel>(a_parcel);
      CHECK(found.id.value.to_string() == "01890a5d-ac96-774b-bcce-b302099a8057");
      CHECK(found.paint == colour::blue);
      CHECK(found.sender == address{"High Street", 3});
      CHECK(found.stripes == std::vector<std::optional<colour>>{colour::red, std::nullopt});
      CHECK(found.price == money{5});
    });
  }

  TEST_CASE("an anonymous row is a composite, alone and in an array") {
    on_postgres(options_for("own_types"), [](pool& db) -> task<> {
      const auto one = co_await db.one<address>(stmt<"select row('a', null::int)">);
      CHECK(one == address{"a", std::nullopt});
      using list = std::vector<address>;
      const list many = co_await db.one<list>(stmt<"select array[row('a', 1), row('b', 2)]">);
      CHECK(many == list{{"a", 1}, {"b", 2}});
    });
  }
}
