// SPDX-License-Identifier: Apache-2.0
#include "weir/postgres/bulk.hpp"

#include <numeric>

#include "bulk_examples.hpp"
#include "fixture.hpp"
#include "own_types.hpp"
#include "stock.hpp"

namespace shop {

struct tag {
  std::string_view text;
  auto operator<=>(const tag&) const = default;
};

}  // namespace shop

template <>
struct weir::postgres::value_of<shop::tag> : weir::postgres::as_member<&shop::tag::text> {};

namespace {

using namespace weir;
using postgres::bulk_outcome;
using postgres::pool;
using postgres::row_outcome;
using shop::stock;
using shop::stock_by_id;
using shop::stocks;
using weir::test::error_of;
using weir::test::on_postgres;
using weir::test::options_for;

constexpr auto make_stock =
    stmt<"create table stock (id bigint primary key, name text not null, \"left\" integer)">;
constexpr auto all_stock = stmt<"select * from stock order by id">;
constexpr auto count_stock = stmt<"select count(*) from stock">;
constexpr auto stock_if_new = stocks.on_conflict<"id">().do_nothing();

/// With keys of every kind of view.
struct label {
  std::string_view name;
  const char* kind;
  shop::tag tag;
  std::int64_t n;
};
constexpr auto labels = postgres::table<label, "labels">;
constexpr auto label_by_key = labels.on_conflict<"name", "kind", "tag">().do_update();
constexpr auto label_if_new = labels.on_conflict<"name", "kind", "tag">().do_nothing();

std::vector<stock> numbered(std::int64_t first, std::int64_t last) {
  std::vector<stock> rows;
  for (std::int64_t id = first; id <= last; ++id) {
    rows.push_back({.id = id, .name = "item " + std::to_string(id), .left = std::nullopt});
  }
  return rows;
}

/// One field of every form.
struct everything {
  std::int64_t id;
  bool flag;
  float ratio;
  std::optional<double> maybe;
  postgres::numeric price;
  std::vector<std::byte> bytes;
  weir::uuid key;
  weir::timestamp at;
  postgres::jsonb body;
  postgres::date day;
  postgres::range<std::int32_t> span;
  shop::colour colour;
  std::optional<shop::size> box;
  shop::address place;
  shop::order_id order;
  shop::money cost;
  std::vector<std::string> tags;
  std::vector<std::optional<std::int64_t>> numbers;
  std::vector<shop::colour> colours;
  std::vector<shop::address> stops;
  friend bool operator==(const everything&, const everything&) = default;
};

constexpr auto everythings = postgres::table<everything, "everything">;
constexpr auto make_types = stmt<
    "do $$ begin create type colour as enum ('red', 'blue');"
    " create type box_size as enum ('small', 'quite \"large\"', 'XL');"
    " create type address as (street text, floor integer); end $$">;
constexpr auto make_everything = stmt<
    "create table everything (id bigint primary key, flag boolean, ratio real,"
    " maybe double precision, price numeric, bytes bytea, key uuid, at timestamptz, body jsonb,"
    " day date, span int4range, colour colour, box box_size, place address, \"order\" uuid,"
    " cost bigint, tags text[], numbers bigint[], colours colour[], stops address[])">;

everything make_one(std::int64_t id) {
  const auto odd = id % 2 == 1;
  everything made{};
  made.id = id;
  made.flag = odd;
  made.ratio = 0.5F;
  if (odd) made.maybe = 1.25;
  made.price = postgres::numeric("12.340");
  made.bytes = {std::byte{0}, std::byte{255}};
  made.key = weir::uuid::random();
  made.at = weir::timestamp(std::chrono::microseconds(1'700'000'000'123'456));
  made.body = {R"({"a": "it's"})"};
  made.day = postgres::date(std::chrono::year(2024) / 2 / 29);
  made.span = postgres::range<std::int32_t>(1, 9);
  made.colour = odd ? shop::colour::red : shop::colour::blue;
  if (odd) made.box = shop::size::large;
  made.place = {.street = "a \"b\", (c)\\", .floor = odd ? std::optional(3) : std::nullopt};
  made.order = {weir::uuid::random()};
  made.cost = {99};
  made.tags = {"one", "", "NULL", "{\"x\"}"};
  made.numbers = {1, std::nullopt, -7};
  made.colours = {shop::colour::blue};
  made.stops = {made.place, {.street = "", .floor = 0}};
  return made;
}

stream<std::vector<stock>> two_batches() {
  co_yield numbered(1, 3);
  std::vector<stock> last{{9, "nine", 9}};
  co_yield std::move(last);
}

task<bulk_outcome> upsert_stock(pool& db, std::vector<stock> rows) {
  co_return co_await bulk_upsert(db, stock_by_id, rows);
}

}  // namespace

TEST_SUITE("postgres.bulk") {
  TEST_CASE("rows are stored, and what became of each is told by its index") {
    on_postgres(options_for("bulk_told"), [](pool& db) -> task<> {
      co_await db.exec(make_stock);
      const std::vector<stock> first{{2, "two", 2}, {1, "one", std::nullopt}};
      const auto stored = co_await bulk_insert(db, stocks, first);
      CHECK(stored == 2);
      const std::vector<stock> rows{{3, "drei", 1}, {2, "zwei", 3}, {3, "three", {}}, {0, "", 0}};
      const bulk_outcome done = co_await bulk_upsert(db, stock_by_id, rows);
      CHECK(done.inserted == 2);
      CHECK(done.updated == 1);
      CHECK(done.skipped == 1);
      const std::vector wanted{row_outcome::superseded, row_outcome::updated, row_outcome::inserted,
                               row_outcome::inserted};
      CHECK(done.rows == wanted);
      const auto found = co_await db.query<stock>(all_stock);
      const std::vector<stock> expected{
          {0, "", 0}, {1, "one", {}}, {2, "zwei", 3}, {3, "three", {}}};
      CHECK(found == expected);
    });
  }

  TEST_CASE("the examples of the guide do what they say") {
    on_postgres(options_for("bulk_guide"), [](pool& db) -> task<> {
      co_await db.exec(make_stock);
      const std::vector<stock> delivery{{1, "one", 1}, {2, "two", 5}};
      const auto fresh = co_await shop::store(db, std::span(delivery).first(1));
      CHECK(fresh == std::vector<std::string>{"one"});
      const auto more = co_await shop::store(db, delivery);
      CHECK(more == std::vector<std::string>{"two"});
      const auto total = co_await shop::count_all(db);
      CHECK(total == 6);
      co_await db.transaction(
          [](postgres::tx& work) { return shop::replace_all(work, two_batches()); });
      const auto replaced = co_await shop::count_all(db);
      CHECK(replaced == 9);
    });
  }

  TEST_CASE("rows that are there stay as they are where nothing is to be done") {
    on_postgres(options_for("bulk_nothing"), [](pool& db) -> task<> {
      co_await db.exec(make_stock);
      co_await bulk_insert(db, stocks, numbered(5, 6));
      const std::vector<stock> rows{{7, "a", {}}, {6, "b", {}}, {4, "c", {}}, {7, "d", {}}};
      const bulk_outcome done = co_await bulk_upsert(db, stock_if_new, rows);
      const std::vector wanted{row_outcome::inserted, row_outcome::skipped, row_outcome::inserted,
                               row_outcome::skipped};
      CHECK(done.rows == wanted);
      CHECK(done.inserted == 2);
      CHECK(done.updated == 0);
      CHECK(done.skipped == 2);
      const auto seventh =
          co_await db.one<std::string>(stmt<"select name from stock where id = 7">);
      CHECK(seventh == "a");
    });
  }

  TEST_CASE("a key of two columns, names in quotes, and a partitioned table") {
    struct reading {
      std::string sensor;
      std::int32_t order;
      double value;
    };
    static constexpr auto readings = postgres::table<reading, "\"The Readings\"">;
    static constexpr auto if_new = readings.on_conflict<"sensor", "order">().do_nothing();
    static constexpr auto half = postgres::table<reading, "half">;
    static constexpr auto by_key = half.on_conflict<"sensor", "order">().do_update();
    on_postgres(options_for("bulk_pair"), [](pool& db) -> task<> {
      co_await db.exec(stmt<"create table \"The Readings\" (value double precision,"
                            " \"order\" integer, sensor text, primary key (sensor, \"order\"))"
                            " partition by hash (sensor)">);
      co_await db.exec(stmt<"create table half partition of \"The Readings\""
                            " for values with (modulus 1, remainder 0)">);
      std::vector<reading> rows;
      for (int number = 0; number < 20; ++number) {
        rows.push_back({"s" + std::to_string(number / 2), number % 2, 0.5 * number});
      }
      const bulk_outcome first = co_await bulk_upsert(db, if_new, std::span(rows).first(10));
      CHECK(first.inserted == 10);
      const bulk_outcome second = co_await bulk_upsert(db, if_new, rows);
      CHECK(second.inserted == 10);
      CHECK(second.skipped == 10);
      CHECK(second.rows[9] == row_outcome::skipped);
      CHECK(second.rows[10] == row_outcome::inserted);
      rows.push_back({"last", 0, 0});
      const bulk_outcome third = co_await bulk_upsert(db, by_key, rows);
      CHECK(third.updated == 20);
      CHECK(third.inserted == 1);
      CHECK(third.rows[20] == row_outcome::inserted);
    });
  }

  TEST_CASE(
      "into a partitioned table an update is refused, for the server cannot tell what is new") {
    static constexpr auto parts = postgres::table<stock, "parts">;
    static constexpr auto by_id = parts.on_conflict<"id">().do_update();
    on_postgres(options_for("bulk_parts"), [](pool& db) -> task<> {
      co_await db.exec(stmt<"create table parts (id bigint primary key, name text,"
                            " \"left\" integer) partition by hash (id)">);
      co_await db.exec(stmt<"create table part partition of parts"
                            " for values with (modulus 1, remainder 0)">);
      const std::vector<stock> rows{{1, "one", {}}};
      const postgres::error refused = co_await error_of(bulk_upsert(db, by_id, rows));
      CHECK(refused.sqlstate() == "0A000");
      const auto stored = co_await bulk_insert(db, parts, rows);
      CHECK(stored == 1);
    });
  }

  TEST_CASE("every type travels that a statement takes") {
    on_postgres(options_for("bulk_types"), [](pool& db) -> task<> {
      co_await db.exec(make_types);
      co_await db.exec(make_everything);
      const std::vector<everything> rows{make_one(1), make_one(2), make_one(3)};
      const auto stored = co_await bulk_insert(db, everythings, rows);
      CHECK(stored == 3);
      static constexpr auto by_id = everythings.on_conflict<"id">().do_update();
      const bulk_outcome again = co_await bulk_upsert(db, by_id, rows);
      CHECK(again.updated == 3);
      const auto found =
          co_await db.query<everything>(stmt<"select * from everything order by id">);
      CHECK(found == rows);
    });
  }

  TEST_CASE("a column of another type gets what an assignment would give it") {
    struct loose {
      std::int32_t id;
      std::string code;
      double amount;
    };
    static constexpr auto looses = postgres::table<loose, "loose">;
    on_postgres(options_for("bulk_cast"), [](pool& db) -> task<> {
      co_await db.exec(stmt<"create domain code as varchar(4) check (value <> '')">);
      co_await db.exec(stmt<"create table loose (id bigint, code code, amount numeric(9, 2))">);
      const std::vector<loose> rows{{1, "ab", 1.25}};
      const auto stored = co_await bulk_insert(db, looses, rows);
      CHECK(stored == 1);
      const auto text = co_await db.one<std::string>(stmt<"select loose::text from loose">);
      CHECK(text == "(1,ab,1.25)");
      const std::vector<loose> wrong{{2, "too long", 0}};
      const postgres::error refused = co_await error_of(bulk_insert(db, looses, wrong));
      CHECK(refused.sqlstate() == "22001");
    });
  }

  TEST_CASE("without rows nothing is sent") {
    on_postgres(options_for("bulk_empty"), [](pool& db) -> task<> {
      // There is no table.
      const auto stored = co_await bulk_insert(db, stocks, {});
      CHECK(stored == 0);
      const bulk_outcome done = co_await bulk_upsert(db, stock_by_id, {});
      CHECK(done.rows.empty());
    });
  }

  TEST_CASE("a hundred thousand rows go in several statements and are stored together") {
    on_postgres(options_for("bulk_many"), [](pool& db) -> task<> {
      co_await db.exec(make_stock);
      std::vector<stock> rows = numbered(1, 100'000);
      std::swap(rows.front(), rows.back());
      const bulk_outcome first = co_await upsert_stock(db, rows);
      CHECK(first.inserted == 100'000);
      const bulk_outcome second = co_await upsert_stock(db, rows);
      CHECK(second.updated == 100'000);
      const auto count = co_await db.one<std::int64_t>(count_stock);
      CHECK(count == 100'000);
      const auto transactions =
          co_await db.one<std::int64_t>(stmt<"select count(distinct xmin::text) from stock">);
      CHECK(transactions == 1);
    });
  }

  TEST_CASE("large rows go in statements of bounded size") {
    on_postgres(options_for("bulk_large"), [](pool& db) -> task<> {
      co_await db.exec(make_stock);
      const std::string large(postgres::bulk_statement_bytes_max / 4, 'x');
      std::vector<stock> rows = numbered(1, 20);
      for (stock& row : rows) row.name = large;
      rows[7].name = large + large + large + large + large;
      const auto stored = co_await bulk_insert(db, stocks, rows, {.one_transaction = false});
      CHECK(stored == 20);
      const auto statements =
          co_await db.one<std::int64_t>(stmt<"select count(distinct xmin::text) from stock">);
      // Two of three, one of one alone, four of three, and the last.
      CHECK(statements == 8);
      const auto found = co_await db.query<stock>(all_stock);
      CHECK(found == rows);
    });
  }

  TEST_CASE("keys that are views are told from each other in what the server gives back") {
    on_postgres(options_for("bulk_views"), [](pool& db) -> task<> {
      co_await db.exec(stmt<"create table labels (name text, kind text, tag text, n bigint,"
                            " primary key (name, kind, tag))">);
      std::vector<std::string> names;
      for (int at = 0; at < 9; ++at) {
        names.push_back("a name that is too long to stand in a string itself " +
                        std::to_string(at));
      }
      std::vector<label> rows;
      for (std::size_t at = 0; at < names.size(); ++at) {
        rows.push_back({names[at], names[8 - at].c_str(), {names[at]}, 1});
      }
      const std::vector<label> there{rows[2], rows[6]};
      const auto first = co_await bulk_upsert(db, label_if_new, there);
      CHECK(first.inserted == 2);
      const auto done = co_await bulk_upsert(db, label_if_new, rows);
      CHECK(done.inserted == 7);
      CHECK(done.skipped == 2);
      CHECK(done.rows[2] == row_outcome::skipped);
      CHECK(done.rows[6] == row_outcome::skipped);
      // Keys are compared by their text, not by where it stands.
      const std::string same = names[1];
      const std::string other = names[7];
      const std::vector<label> twice{rows[1], {same, other.c_str(), {same}, 2}};
      const auto last = co_await bulk_upsert(db, label_by_key, twice);
      CHECK(last.updated == 1);
      CHECK(last.rows[0] == row_outcome::superseded);
    });
  }
}
