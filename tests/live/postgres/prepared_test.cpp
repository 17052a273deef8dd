// SPDX-License-Identifier: Apache-2.0
#include "fixture.hpp"

namespace {

using namespace weir;
using postgres::pool;
using postgres::statement_kind;
using weir::test::on_postgres;
using weir::test::options_for;

constexpr auto make_items = stmt<"create table items (id bigint primary key)">;
constexpr auto forget_all = stmt<"deallocate all">;
constexpr auto insert = stmt<"insert into items values ($1)">;
constexpr auto count = stmt<"select count(*) from items", statement_kind::read>;
constexpr auto everything = stmt<"select * from items order by id", statement_kind::read>;
constexpr auto prepared_here =
    stmt<"select count(*) from pg_prepared_statements", statement_kind::read>;

postgres::pool_options one_connection(const std::string& schema, std::size_t prepared_max) {
  postgres::pool_options options = options_for(schema);
  options.max_connections = 1;
  options.prepared_statements_max = prepared_max;
  return options;
}

/// Everything that is prepared was forgotten by the server, and the next that begins will give one
/// of it up.
task<> forget_before_trim(pool& db) {
  co_await db.exec(make_items);
  // So that the connection has nothing left to ask of the server.
  co_await db.transaction([](postgres::tx& in) -> task<> { co_await in.exec(insert, 1); });
  co_await db.exec(insert, 2);
  co_await db.exec(forget_all);
}

struct item {
  std::int64_t id = 0;
};

task<> run_five(pool& db) {
  co_await db.exec(stmt<"select 1">);
  co_await db.exec(stmt<"select 2">);
  co_await db.exec(stmt<"select 3">);
  co_await db.exec(stmt<"select 4">);
  co_await db.exec(stmt<"select 5">);
}

}  // namespace

TEST_SUITE("postgres.prepared") {
  TEST_CASE("a statement that the server has forgotten is prepared again, read or write") {
    on_postgres(one_connection("forgotten", 256), [](pool& db) -> task<> {
      co_await db.exec(make_items);
      for (std::int64_t id = 1; id <= 3; ++id) {
        co_await db.exec(insert, id);
        const auto found = co_await db.one<std::int64_t>(count);
        CHECK(found == id);
        co_await db.exec(forget_all);
      }
    });
  }

  TEST_CASE("a plan that became invalid is made anew, read or write") {
    on_postgres(one_connection("altered", 256), [](pool& db) -> task<> {
      constexpr auto insert_all = stmt<"insert into items values ($1) returning *">;
      co_await db.exec(make_items);
      co_await db.exec(insert_all, 1);
      const auto before = co_await db.query<item>(everything);
      CHECK(before.size() == 1);
      co_await db.exec(stmt<"alter table items add column price bigint">);
      const auto after = co_await db.query<item>(everything);
      CHECK(after.size() == 1);
      co_await db.exec(insert_all, 2);
      const auto both = co_await db.query<item>(everything);
      CHECK(both.size() == 2);
    });
  }

  TEST_CASE("a plan that became invalid does not stay in the session") {
    on_postgres(one_connection("left_plans", 256), [](pool& db) -> task<> {
      constexpr auto insert_all = stmt<"insert into items values ($1) returning *">;
      constexpr auto prepared_times =
          stmt<"select count(*) from pg_prepared_statements where statement like $1">;
      co_await db.exec(make_items);
      co_await db.exec(insert_all, std::int64_t{0});
      co_await db.query<item>(everything);
      for (std::int64_t id = 1; id <= 3; ++id) {
        co_await db.exec(stmt<"alter table items alter column id type integer">);
        co_await db.exec(stmt<"alter table items alter column id type bigint">);
        co_await db.exec(stmt<"alter table items add column price bigint">);
        co_await db.exec(insert_all, id);
        co_await db.query<item>(everything);
        co_await db.exec(stmt<"alter table items drop column price">);
        co_await db.exec(insert_all, id + 10);
        co_await db.query<item>(everything);
        // The next that begins gives up what was found to be invalid.
        const auto inserts = co_await db.one<std::int64_t>(prepared_times, "insert into items%");
        CHECK(inserts == 1);
        const auto reads = co_await db.one<std::int64_t>(prepared_times, "select * from items%");
        CHECK(reads == 1);
      }
    });
  }

  TEST_CASE("no more statements stay prepared than the bound says, and all of them work") {
    on_postgres(one_connection("bounded", 3), [](pool& db) -> task<> {
      for (int round = 0; round < 3; ++round) {
        co_await run_five(db);
        // Its own preparation is the one that may be too many until the next begins.
        const auto prepared = co_await db.one<std::int64_t>(prepared_here);
        CHECK(prepared <= 4);
        co_await db.transaction(
            [](postgres::tx& work) -> task<> { co_await work.exec(stmt<"select 6">); });
      }
    });
  }

  TEST_CASE("a write is executed though the server refuses to give up a statement before it") {
    on_postgres(one_connection("refused_write", 1), [](pool& db) -> task<> {
      co_await forget_before_trim(db);
      const auto rows = co_await db.exec(insert, 3);
      CHECK(rows == 1);
      const auto found = co_await db.one<std::int64_t>(count);
      CHECK(found == 3);
    });
  }

  TEST_CASE("a transaction has its BEGIN though the server refuses to give up a statement") {
    on_postgres(one_connection("refused_begin", 1), [](pool& db) -> task<> {
      co_await forget_before_trim(db);
      postgres::transaction work = co_await db.begin();
      co_await work.exec(insert, 3);
      co_await work.exec(insert, 4);
      co_await work.rollback();
      const auto found = co_await db.one<std::int64_t>(count);
      CHECK(found == 2);
    });
  }

  TEST_CASE("a transaction of one flight is stored though the server refuses to give one up") {
    on_postgres(one_connection("refused_flight", 1), [](pool& db) -> task<> {
      co_await forget_before_trim(db);
      postgres::transaction work = co_await db.begin();
      work.enqueue(insert, 3);
      work.enqueue(insert, 4);
      co_await work.commit();
      const auto found = co_await db.one<std::int64_t>(count);
      CHECK(found == 4);
    });
  }

  TEST_CASE("without prepared statements everything works, and none is left in the session") {
    on_postgres(one_connection("unprepared", 0), [](pool& db) -> task<> {
      co_await db.exec(make_items);
      co_await db.transaction([](postgres::tx& work) -> task<> {
        work.enqueue(insert, 1);
        co_await work.exec(insert, 2);
      });
      co_await run_five(db);
      const auto found = co_await db.one<std::int64_t>(count);
      CHECK(found == 2);
      const auto prepared = co_await db.one<std::int64_t>(prepared_here);
      CHECK(prepared == 0);
    });
  }
}
