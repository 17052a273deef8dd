// SPDX-License-Identifier: Apache-2.0
#include "weir/postgres/copy.hpp"

#include <malloc.h>

#include <random>

#include "fixture.hpp"
#include "own_types.hpp"
#include "seed.hpp"
#include "stock.hpp"

namespace {

using namespace weir;
using postgres::pool;
using shop::stock;
using shop::stocks;
using weir::test::on_postgres;
using weir::test::options_for;

constexpr auto make_stock =
    stmt<"create table stock (id bigint primary key, name text not null, \"left\" integer)">;
constexpr auto count_stock = stmt<"select count(*) from stock">;

/// One field of every form that COPY can take.
struct everything {
  std::int64_t id;
  bool flag;
  std::optional<std::int16_t> small;
  float ratio;
  double large;
  postgres::numeric price;
  std::optional<std::vector<std::byte>> bytes;
  weir::uuid key;
  weir::timestamp at;
  postgres::jsonb body;
  postgres::date day;
  postgres::range<std::int32_t> span;
  std::optional<shop::colour> colour;
  shop::order_id order;
  shop::money cost;
  std::vector<std::string> tags;
  std::vector<std::optional<std::int64_t>> numbers;
  std::string code;
  std::string document;
  friend bool operator==(const everything&, const everything&) = default;
};

constexpr auto everythings = postgres::table<everything, "everything">;
constexpr auto make_types = stmt<
    "do $$ begin create type colour as enum ('red', 'blue');"
    " create domain code as varchar(9) check (value <> ''); end $$">;
constexpr auto make_everything = stmt<
    "create table everything (document json, code code, numbers bigint[], tags text[], cost bigint,"
    " \"order\" uuid, colour colour, span int4range, day date, body jsonb, at timestamptz, key "
    "uuid,"
    " bytes bytea, price numeric, large double precision, ratio real, small smallint,"
    " flag boolean, id bigint primary key)">;

constexpr auto everything_in_order = stmt<
    "select id, flag, small, ratio, large, price, bytes, key, at, body, day, span, colour,"
    " \"order\", cost, tags, numbers, code, document::text from everything order by id">;

std::string random_text(std::mt19937_64& random) {
  std::string text;
  for (std::size_t left = random() % 40; left > 0; --left) {
    text += static_cast<char>(1 + random() % 127);
  }
  return text;
}

everything random_row(std::mt19937_64& random, std::int64_t id) {
  const auto coin = [&] { return random() % 2 == 0; };
  everything made{};
  made.id = id;
  made.flag = coin();
  if (coin()) made.small = static_cast<std::int16_t>(random());
  made.ratio = static_cast<float>(random() % 1000) / 8;
  made.large = static_cast<double>(random()) / 3;
  made.price = postgres::numeric(std::to_string(random() % 100'000) + ".50");
  if (coin()) made.bytes.emplace(random() % 50, static_cast<std::byte>(random()));
  made.key = weir::uuid::random();
  made.at = weir::timestamp(std::chrono::microseconds(random() % (std::uint64_t{1} << 50)));
  made.body = {R"({"n": )" + std::to_string(random() % 1000) + "}"};
  made.day = postgres::date(std::chrono::sys_days(std::chrono::days(random() % 20'000)));
  made.span = postgres::range<std::int32_t>(1, 2 + static_cast<std::int32_t>(random() % 100));
  if (coin()) made.colour = coin() ? shop::colour::red : shop::colour::blue;
  made.order = {weir::uuid::random()};
  made.cost = {static_cast<std::int64_t>(random())};
  for (std::size_t left = random() % 4; left > 0; --left) made.tags.push_back(random_text(random));
  for (std::size_t left = random() % 4; left > 0; --left) {
    made.numbers.push_back(coin() ? std::optional(static_cast<std::int64_t>(random()))
                                  : std::nullopt);
  }
  made.code = "c" + std::to_string(random() % 1000);
  made.document = "[ 1 ]";
  return made;
}

std::size_t bytes_in_use() {
  const struct mallinfo2 now = ::mallinfo2();
  return now.uordblks + now.hblkhd;
}

}  // namespace

TEST_SUITE("postgres.copy") {
  TEST_CASE("rows are copied in and out, between other statements of a transaction") {
    on_postgres(options_for("copy_both"), [](pool& db) -> task<> {
      postgres::transaction work = co_await db.begin();
      co_await work.exec(make_stock);
      const std::vector<stock> batch{{1, "one", 10}, {2, "two", std::nullopt}};
      auto rows = co_await copy_in(work, stocks);
      co_await rows.write(batch);
      co_await rows.write(stock{3, "", 0});
      const auto stored = co_await rows.finish();
      CHECK(stored == 3);
      co_await work.exec(stmt<"delete from stock where id = 1">);
      std::vector<stock> found;
      auto all = copy_out(work, stocks);
      while (auto row = co_await all.next()) found.push_back(*row);
      const std::vector<stock> expected{{2, "two", std::nullopt}, {3, "", 0}};
      CHECK(found == expected);
      co_await work.commit();
      const auto count = co_await db.one<std::int64_t>(count_stock);
      CHECK(count == 2);
    });
  }

  TEST_CASE("on a pool a COPY is a transaction of its own, and its connection is used again") {
    postgres::pool_options options = options_for("copy_pool");
    options.max_connections = 1;
    on_postgres(options, [](pool& db) -> task<> {
      co_await db.exec(make_stock);
      auto rows = co_await copy_in(db, stocks);
      co_await rows.write(stock{1, "one", 10});
      const auto stored = co_await rows.finish();
      CHECK(stored == 1);
      auto few =
          copy_out<stock>(db, stmt<"select *, 7 as other from stock where \"left\" > 5 -- x">);
      auto first = co_await few.next();
      REQUIRE(first.has_value());
      CHECK(first->name == "one");
      const auto none = co_await few.next();
      CHECK_FALSE(none.has_value());
      const auto count = co_await db.one<std::int64_t>(count_stock);
      CHECK(count == 1);
      CHECK(db.stats().connections == 1);
    });
  }

  TEST_CASE("no rows are rows as well") {
    on_postgres(options_for("copy_empty"), [](pool& db) -> task<> {
      co_await db.exec(make_stock);
      auto rows = co_await copy_in(db, stocks);
      co_await rows.write(std::span<const stock>());
      const auto stored = co_await rows.finish();
      CHECK(stored == 0);
      auto all = copy_out(db, stocks);
      const auto none = co_await all.next();
      CHECK_FALSE(none.has_value());
    });
  }

  TEST_CASE("random rows of every type come back as they went") {
    on_postgres(options_for("copy_types"), [](pool& db) -> task<> {
      co_await db.exec(make_types);
      co_await db.exec(make_everything);
      std::mt19937_64 random(weir::test::seed());
      std::vector<everything> rows;
      for (std::int64_t id = 0; id < 2'000; ++id) rows.push_back(random_row(random, id));
      auto into = co_await copy_in(db, everythings);
      co_await into.write(rows);
      const auto stored = co_await into.finish();
      CHECK(stored == rows.size());
      std::vector<everything> found;
      auto all = copy_out<everything>(db, everything_in_order);
      while (auto row = co_await all.next()) found.push_back(*row);
      CHECK(found == rows);
      // The same by another way.
      const auto queried = co_await db.query<everything>(everything_in_order);
      CHECK(queried == rows);
    });
  }

  TEST_CASE("composites and what is of them can be copied out") {
    struct placed {
      std::int32_t id;
      shop::address place;
      std::vector<shop::address> stops;
    };
    static constexpr auto query = stmt<
        "select 1::smallint as id, row('a', 2)::address as place,"
        " array[row('b', null)::address] as stops">;
    on_postgres(options_for("copy_composite"), [](pool& db) -> task<> {
      co_await db.exec(stmt<"create type address as (street text, floor integer)">);
      auto all = copy_out<placed>(db, query);
      const auto row = co_await all.next();
      REQUIRE(row.has_value());
      const shop::address place{"a", 2};
      CHECK(row->place == place);
      CHECK(row->stops.front().street == "b");
    });
  }

  TEST_CASE("two million rows stream in and out of memory that does not grow") {
    on_postgres(options_for("copy_flat"), [](pool& db) -> task<> {
      constexpr std::int64_t rows = 2'000'000;
      constexpr std::int64_t batch_rows = 1'000;
      constexpr std::size_t growth_max = std::size_t{4} << 20;
      co_await db.exec(
          stmt<"create unlogged table stock (id bigint, name text, \"left\" integer)">);
      std::vector<stock> batch(batch_rows, stock{.id = 0, .name = std::string(30, 'x'), .left = 1});
      auto into = co_await copy_in(db, stocks);
      co_await into.write(batch);
      const std::size_t before = bytes_in_use();
      std::size_t most = before;
      for (std::int64_t written = batch_rows; written < rows; written += batch_rows) {
        for (stock& row : batch) row.id = written;
        co_await into.write(batch);
        most = std::max(most, bytes_in_use());
      }
      const auto stored = co_await into.finish();
      CHECK(stored == rows);
      CHECK(most - before < growth_max);
      std::int64_t read = 0;
      auto all = copy_out(db, stocks);
      while (auto row = co_await all.next()) {
        if (++read % batch_rows == 0) most = std::max(most, bytes_in_use());
      }
      CHECK(read == rows);
      CHECK(most - before < growth_max);
    });
  }
}
