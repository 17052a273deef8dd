// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <random>

#include "fixture.hpp"
#include "seed.hpp"
#include "stock.hpp"
#include "weir/postgres/bulk.hpp"
#include "weir/scope.hpp"

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
    stmt<"create table stock (id bigint primary key, name text not null unique, \"left\" integer)">;
constexpr auto all_stock = stmt<"select * from stock order by id">;
constexpr auto count_stock = stmt<"select count(*) from stock">;
constexpr auto stock_if_new = stocks.on_conflict<"id">().do_nothing();
constexpr auto backend_pid = stmt<"select pg_backend_pid()">;

/// Rows of which some share a key, in any order.
std::vector<stock> random_rows(std::mt19937_64& random, std::int64_t keys, std::size_t count) {
  std::vector<stock> rows;
  for (std::size_t at = 0; at < count; ++at) {
    const auto id = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(keys));
    rows.push_back(
        {.id = id, .name = std::to_string(id) + "/" + std::to_string(random()), .left = {}});
    if (random() % 2 == 0) rows.back().left = static_cast<std::int32_t>(random());
  }
  return rows;
}

using model = std::map<std::int64_t, stock>;

/// What the table is after the rows, and what should be told of each.
std::vector<row_outcome> apply(model& table, const std::vector<stock>& rows, bool updates) {
  std::vector<row_outcome> told(rows.size());
  const model before = table;
  std::map<std::int64_t, std::size_t> counted;
  for (std::size_t at = 0; at < rows.size(); ++at) {
    const auto [place, is_first] = counted.try_emplace(rows[at].id, at);
    if (!is_first && updates) {
      told[std::exchange(place->second, at)] = row_outcome::superseded;
    } else if (!is_first) {
      told[at] = row_outcome::skipped;
    }
  }
  for (const auto& [id, at] : counted) {
    const bool was_there = before.contains(id);
    told[at] = !was_there ? row_outcome::inserted
               : updates  ? row_outcome::updated
                          : row_outcome::skipped;
    if (!was_there || updates) table[id] = rows[at];
  }
  return told;
}

std::uint64_t count_of(const std::vector<row_outcome>& told, row_outcome wanted) {
  return static_cast<std::uint64_t>(std::count(told.begin(), told.end(), wanted));
}

/// One of many upserts of the same rows in another order.
task<> upsert_often(pool& db, std::uint64_t seed, int times) {
  std::mt19937_64 random(seed);
  for (int time = 0; time < times; ++time) {
    const std::vector<stock> rows = random_rows(random, 400, 600);
    const bulk_outcome done = co_await bulk_upsert(db, stock_by_id, rows);
    CHECK(done.inserted + done.updated + done.skipped == rows.size());
  }
}

}  // namespace

TEST_SUITE("postgres.bulk_fault") {
  TEST_CASE("whatever rows come, the table and what is told are those of a model") {
    on_postgres(options_for("bulk_model"), [](pool& db) -> task<> {
      constexpr int rounds = 60;
      co_await db.exec(make_stock);
      std::mt19937_64 random(weir::test::seed());
      model table;
      for (int round = 0; round < rounds; ++round) {
        const bool updates = random() % 2 == 0;
        const auto rows = random_rows(random, 1 + round * 20, random() % 300);
        const std::vector<row_outcome> wanted = apply(table, rows, updates);
        bulk_outcome done;
        if (updates) {
          done = co_await bulk_upsert(db, stock_by_id, rows);
        } else {
          done = co_await bulk_upsert(db, stock_if_new, rows);
        }
        CAPTURE(round);
        CHECK(done.rows == wanted);
        CHECK(done.inserted == count_of(wanted, row_outcome::inserted));
        CHECK(done.updated == count_of(wanted, row_outcome::updated));
        CHECK(done.skipped == rows.size() - done.inserted - done.updated);
      }
      std::vector<stock> expected;
      for (const auto& [id, row] : table) expected.push_back(row);
      const auto found = co_await db.query<stock>(all_stock);
      CHECK(found == expected);
    });
  }

  TEST_CASE("upserts of the same keys in any order do not wait for each other for ever") {
    on_postgres(options_for("bulk_locks"), [](pool& db) -> task<> {
      co_await db.exec(make_stock);
      const auto body = [&db](scope& children) -> task<> {
        for (std::uint64_t writer = 0; writer < 4; ++writer) {
          children.spawn(upsert_often(db, weir::test::seed() + writer, 25));
        }
        co_await children.join();
      };
      // A deadlock is an error of SQLSTATE 40P01, which would come out here.
      co_await with_scope(body);
      const auto count = co_await db.one<std::int64_t>(count_stock);
      CHECK(count == 400);
    });
  }

  TEST_CASE("what a constraint refuses is told with it, and nothing of the call is stored") {
    on_postgres(options_for("bulk_refused"), [](pool& db) -> task<> {
      co_await db.exec(make_stock);
      std::vector<stock> rows;
      for (std::int64_t id = 1; id <= 25'000; ++id) rows.push_back({id, std::to_string(id), {}});
      rows[24'000].name = "1";
      const postgres::error twice = co_await error_of(bulk_upsert(db, stock_by_id, rows));
      CHECK(twice.sqlstate() == "23505");
      CHECK(twice.constraint() == "stock_name_key");
      CHECK(twice.statement_name() == "bulk_upsert stock");
      CHECK(twice.disposition() == disposition::permanent);
      const auto none = co_await db.one<std::int64_t>(count_stock);
      CHECK(none == 0);
      const postgres::error part =
          co_await error_of(bulk_insert(db, stocks, rows, {.one_transaction = false}));
      CHECK(part.statement_name() == "bulk_insert stock");
      const auto some = co_await db.one<std::int64_t>(count_stock);
      CHECK(some == 20'000);
    });
  }

  TEST_CASE("a field that cannot travel names its row, before anything is sent") {
    on_postgres(options_for("bulk_unsent"), [](pool& db) -> task<> {
      co_await db.exec(make_stock);
      std::vector<stock> rows{{1, "a", {}}, {2, std::string("b\0c", 3), {}}};
      const auto refused = co_await bulk_insert(db, stocks, rows).as_result();
      REQUIRE_FALSE(refused.has_value());
      CHECK(refused.error().is(errc::invalid_argument));
      CHECK(refused.error().message().find("field \"name\" of row 1") != std::string::npos);
    });
  }

  TEST_CASE("rows of a transaction go with it, and a savepoint keeps a refusal apart") {
    on_postgres(options_for("bulk_in_tx"), [](pool& db) -> task<> {
      co_await db.exec(make_stock);
      const std::vector<stock> good{{1, "a", {}}, {2, "b", {}}};
      const std::vector<stock> bad{{3, "a", {}}};
      postgres::transaction work = co_await db.begin();
      const auto stored = co_await bulk_insert(work, stocks, good);
      CHECK(stored == 2);
      const auto store_bad = [&bad](postgres::tx& inner) {
        return bulk_insert(inner, stocks, bad);
      };
      const postgres::error refused = co_await error_of(work.savepoint(store_bad));
      CHECK(refused.sqlstate() == "23505");
      const bulk_outcome done = co_await bulk_upsert(work, stock_by_id, good);
      CHECK(done.updated == 2);
      co_await work.commit();
      const auto count = co_await db.one<std::int64_t>(count_stock);
      CHECK(count == 2);
    });
  }

  TEST_CASE("rows that a trigger refuses are skipped, and keys that it changes are an error") {
    on_postgres(options_for("bulk_trigger"), [](pool& db) -> task<> {
      co_await db.exec(make_stock);
      co_await db.exec(stmt<"create function pick() returns trigger language plpgsql as"
                            " 'begin if new.left < 0 then return null; end if;"
                            " if new.left = 99 then new.id := 12345; end if; return new; end'">);
      co_await db.exec(stmt<"create trigger pick before insert on stock for each row"
                            " execute function pick()">);
      const std::vector<stock> rows{{3, "c", 1}, {2, "b", -1}, {1, "a", 1}};
      const bulk_outcome done = co_await bulk_upsert(db, stock_by_id, rows);
      const std::vector wanted{row_outcome::inserted, row_outcome::skipped, row_outcome::inserted};
      CHECK(done.rows == wanted);
      const std::vector<stock> changed{{5, "e", 99}, {6, "f", -1}};
      const auto lost = co_await bulk_upsert(db, stock_by_id, changed).as_result();
      REQUIRE_FALSE(lost.has_value());
      CHECK(lost.error().message().find("cannot be told") != std::string::npos);
    });
  }

  TEST_CASE("a cancelled upsert is cancelled on the server and leaves its connection clean") {
    postgres::pool_options options = options_for("bulk_cancel");
    options.max_connections = 2;
    on_postgres(options, [](pool& db) -> task<> {
      co_await db.exec(make_stock);
      const std::vector<stock> rows{{1, "a", {}}, {2, "b", {}}};
      postgres::transaction holder = co_await db.begin();
      co_await bulk_insert(holder, stocks, rows);
      scope cancelled;
      cancelled.spawn(weir::test::discard_value(bulk_upsert(db, stock_by_id, rows)));
      bool waits = false;
      while (!waits) {
        waits =
            co_await holder.one<bool>(stmt<"select exists (select from pg_locks"
                                           " where locktype = 'transactionid' and not granted)">);
      }
      co_await cancelled.close();
      const auto blocked = co_await holder.one<std::int64_t>(
          stmt<"select count(*) from pg_locks where not granted">);
      CHECK(blocked == 0);
      co_await holder.rollback();
      const auto count = co_await db.one<std::int64_t>(count_stock);
      CHECK(count == 0);
      CHECK(db.stats().idle == 2);
    });
  }

  TEST_CASE("a connection that ends in the middle is an error that says so") {
    on_postgres(options_for("bulk_ended"), [](pool& db) -> task<> {
      co_await db.exec(make_stock);
      postgres::transaction work = co_await db.begin();
      const auto backend = co_await work.one<std::int32_t>(backend_pid);
      weir::test::run_elsewhere("select pg_terminate_backend(" + std::to_string(backend) +
                                ", 10000)");
      const std::vector<stock> rows{{1, "a", {}}};
      const postgres::error lost = co_await error_of(bulk_upsert(work, stock_by_id, rows));
      CHECK(lost.retry_transaction());
      co_await work.rollback();
      const bulk_outcome done = co_await bulk_upsert(db, stock_by_id, rows);
      CHECK(done.inserted == 1);
    });
  }
}
