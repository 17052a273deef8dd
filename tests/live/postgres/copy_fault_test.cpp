// SPDX-License-Identifier: Apache-2.0
#include "fixture.hpp"
#include "stock.hpp"
#include "weir/postgres/copy.hpp"
#include "weir/scope.hpp"

namespace {

using namespace weir;
using postgres::copy_writer;
using postgres::pool;
using shop::stock;
using shop::stocks;
using weir::test::error_of;
using weir::test::on_postgres;
using weir::test::options_for;
using weir::test::run_elsewhere;

constexpr auto make_stock =
    stmt<"create table stock (id bigint primary key, name text not null, \"left\" integer)">;
constexpr auto count_stock = stmt<"select count(*) from stock">;
constexpr auto backend_pid = stmt<"select pg_backend_pid()">;
constexpr auto wait_for_lock = stmt<"select pg_advisory_xact_lock(42)">;
constexpr auto lock_is_awaited =
    stmt<"select exists (select from pg_locks where locktype = 'advisory' and not granted)">;

/// Rows that fill several pieces, and more than the server puts off to look for conflicts of.
std::vector<stock> large_batch(std::int64_t first) {
  constexpr std::int64_t count = 1'200;
  std::vector<stock> rows;
  for (std::int64_t id = first; id < first + count; ++id) {
    rows.push_back({id, std::string(1000, 'x'), {}});
  }
  return rows;
}

postgres::pool_options one_connection(const std::string& schema) {
  postgres::pool_options options = options_for(schema);
  options.max_connections = 1;
  return options;
}

/// Nothing is stored, and the only connection has been used again.
task<> check_clean(pool& db, std::int32_t backend) {
  const auto count = co_await db.one<std::int64_t>(count_stock);
  CHECK(count == 0);
  const auto same = co_await db.one<std::int32_t>(backend_pid);
  CHECK(same == backend);
}

task<> until_true_elsewhere(const std::string& question) {
  while (run_elsewhere("select " + question) != "t") {
  }
  co_return;
}

task<> leave_unfinished(pool& db) {
  auto rows = co_await copy_in(db, stocks);
  co_await rows.write(large_batch(1));
}

task<> read_some(pool& db, int count) {
  auto all = copy_out<stock>(db, stmt<"select n as id, 'x' as name, null::integer as \"left\""
                                      " from generate_series(1, 3000000) as n">);
  for (int read = 0; read < count; ++read) {
    const auto row = co_await all.next();
    CHECK(row.has_value());
  }
}

/// Writes until the server takes no more, or to the end.
task<> write_far(copy_writer<stock>& rows, std::size_t& batches, std::size_t batches_max) {
  for (; batches < batches_max; ++batches) {
    co_await rows.write(large_batch(static_cast<std::int64_t>(batches) * 2'000));
  }
}

task<std::uint64_t> store_all(copy_writer<stock>& into, std::span<const stock> rows) {
  co_await into.write(rows);
  co_return co_await into.finish();
}

/// error_of() takes tasks that give something.
task<bool> as_value(task<> work) {
  co_await std::move(work);
  co_return true;
}

}  // namespace

TEST_SUITE("postgres.copy_fault") {
  TEST_CASE("a row that is refused is told with its constraint and its line") {
    on_postgres(one_connection("copy_refused"), [](pool& db) -> task<> {
      co_await db.exec(make_stock);
      const auto backend = co_await db.one<std::int32_t>(backend_pid);
      std::vector<stock> batch = large_batch(1);
      batch[299].id = 7;
      {
        auto rows = co_await copy_in(db, stocks);
        const postgres::error refused = co_await error_of(store_all(rows, batch));
        CHECK(refused.sqlstate() == "23505");
        CHECK(refused.constraint() == "stock_pkey");
        CHECK(refused.statement_name() == "copy_in stock");
        CHECK(refused.message().find("COPY stock, line 300") != std::string::npos);
        const postgres::error after = co_await error_of(rows.finish());
        CHECK(after.not_executed());
      }
      co_await check_clean(db, backend);
    });
  }

  TEST_CASE("what the server has refused comes out of the next write") {
    on_postgres(one_connection("copy_early"), [](pool& db) -> task<> {
      co_await db.exec(make_stock);
      const auto backend = co_await db.one<std::int32_t>(backend_pid);
      {
        auto rows = co_await copy_in(db, stocks);
        std::vector<stock> batch = large_batch(1);
        batch[1].id = 1;
        co_await rows.write(batch);
        co_await until_true_elsewhere(
            "exists (select from pg_stat_activity where state = 'idle in transaction (aborted)')");
        const postgres::error refused = co_await error_of(as_value(rows.write(large_batch(5'000))));
        CHECK(refused.sqlstate() == "23505");
      }
      co_await check_clean(db, backend);
    });
  }

  TEST_CASE("notices of the server while it takes rows are no refusal") {
    postgres::pool_options options = options_for("copy_notices");
    std::size_t notices = 0;
    options.on_notice = [&notices](std::string_view, std::string_view) { ++notices; };
    on_postgres(options, [](pool& db) -> task<> {
      co_await db.exec(make_stock);
      co_await db.exec(stmt<"create function warn() returns trigger language plpgsql as 'begin"
                            " raise warning ''row % %'', new.id, repeat(''EE '', 30);"
                            " return new; end'">);
      co_await db.exec(stmt<"create trigger warn before insert on stock for each row"
                            " execute function warn()">);
      std::uint64_t stored = 0;
      for (std::int64_t round = 0; round < 10; ++round) {
        auto rows = co_await copy_in(db, stocks);
        for (std::int64_t id = 0; id < 20'000; ++id) {
          const stock row{round * 20'000 + id, "x", {}};
          co_await rows.write(row);
        }
        stored += co_await rows.finish();
      }
      CHECK(stored == 200'000);
    });
    CHECK(notices == 200'000);
  }

  TEST_CASE("a column of another type is refused before, by its name and with the remedy") {
    struct narrow {
      std::int32_t id;
      std::string name;
    };
    static constexpr auto narrows = postgres::table<narrow, "stock">;
    on_postgres(options_for("copy_mistyped"), [](pool& db) -> task<> {
      co_await db.exec(make_stock);
      postgres::transaction work = co_await db.begin();
      const auto refused = co_await copy_in(work, narrows).as_result();
      REQUIRE_FALSE(refused.has_value());
      CHECK(refused.error().is(errc::invalid_argument));
      const std::string text = refused.error().message();
      CHECK(text.find("column \"id\" is bigint") != std::string::npos);
      CHECK(text.find("travels as integer") != std::string::npos);
      CHECK(text.find("bulk_insert") != std::string::npos);
      auto out = copy_out(work, narrows);
      const auto unread = co_await out.next().as_result();
      REQUIRE_FALSE(unread.has_value());
      CHECK(unread.error().is(errc::invalid_argument));
      // The transaction is none the worse for it.
      const auto count = co_await work.one<std::int64_t>(count_stock);
      CHECK(count == 0);
      co_await work.commit();
    });
  }

  TEST_CASE("a NULL where none can be and a zero byte name the row") {
    on_postgres(options_for("copy_unfit"), [](pool& db) -> task<> {
      co_await db.exec(make_stock);
      auto nulls =
          copy_out<stock>(db, stmt<"select 1::bigint as id, null::text as name, 1 as \"left\"">);
      const auto unread = co_await nulls.next().as_result();
      REQUIRE_FALSE(unread.has_value());
      CHECK(unread.error().message().find("\"name\" is NULL in row 0") != std::string::npos);
      auto rows = co_await copy_in(db, stocks);
      co_await rows.write(stock{1, "a", {}});
      const auto unsent = co_await rows.write(stock{2, std::string("\0", 1), {}}).as_result();
      REQUIRE_FALSE(unsent.has_value());
      CHECK(unsent.error().message().find("field \"name\" of row 1") != std::string::npos);
      const auto stored = co_await rows.finish();
      CHECK(stored == 1);
    });
  }

  TEST_CASE("nothing else can be sent before a COPY has ended") {
    on_postgres(options_for("copy_alone"), [](pool& db) -> task<> {
      co_await db.exec(make_stock);
      postgres::transaction work = co_await db.begin();
      auto rows = co_await copy_in(work, stocks);
      const auto other = co_await work.exec(count_stock).as_result();
      REQUIRE_FALSE(other.has_value());
      CHECK(other.error().message().find("a COPY is under way") != std::string::npos);
      const auto committed = co_await work.commit().as_result();
      REQUIRE_FALSE(committed.has_value());
      CHECK(committed.error().is(errc::invalid_argument));
      co_await rows.write(stock{1, "a", {}});
      const auto stored = co_await rows.finish();
      CHECK(stored == 1);
      co_await work.commit();
      const auto count = co_await db.one<std::int64_t>(count_stock);
      CHECK(count == 1);
    });
  }

  TEST_CASE("a COPY that is not finished stores nothing and leaves the connection clean") {
    on_postgres(one_connection("copy_left"), [](pool& db) -> task<> {
      co_await db.exec(make_stock);
      const auto backend = co_await db.one<std::int32_t>(backend_pid);
      co_await leave_unfinished(db);
      co_await check_clean(db, backend);
      postgres::transaction work = co_await db.begin();
      {
        auto rows = co_await copy_in(work, stocks);
        co_await rows.write(large_batch(1));
      }
      const postgres::error failed = co_await error_of(work.exec(count_stock));
      CHECK(failed.not_executed());
      co_await work.rollback();
      co_await check_clean(db, backend);
    });
  }

  TEST_CASE("an aborted COPY stores nothing, and a savepoint around it keeps the transaction") {
    on_postgres(one_connection("copy_aborted"), [](pool& db) -> task<> {
      co_await db.exec(make_stock);
      const auto backend = co_await db.one<std::int32_t>(backend_pid);
      auto rows = co_await copy_in(db, stocks);
      co_await rows.write(large_batch(1));
      co_await rows.abort("the file ended too early");
      co_await check_clean(db, backend);
      postgres::transaction work = co_await db.begin();
      const auto give_up = [](postgres::tx& inner) -> task<> {
        auto some = co_await copy_in(inner, stocks);
        co_await some.write(large_batch(1));
        co_await some.abort("enough");
        co_await inner.exec(count_stock);
      };
      const postgres::error refused = co_await error_of(as_value(work.savepoint(give_up)));
      CHECK(refused.not_executed());
      const auto count = co_await work.one<std::int64_t>(count_stock);
      CHECK(count == 0);
      co_await work.commit();
      co_await check_clean(db, backend);
    });
  }

  TEST_CASE("a stream that is not read to its end leaves a clean connection") {
    on_postgres(one_connection("copy_unread"), [](pool& db) -> task<> {
      co_await db.exec(make_stock);
      const auto backend = co_await db.one<std::int32_t>(backend_pid);
      for (const int count : {1, 20'000}) {
        co_await read_some(db, count);
        co_await check_clean(db, backend);
      }
    });
  }

  TEST_CASE("a server that takes nothing makes the writer wait, who can be cancelled") {
    postgres::pool_options options = options_for("copy_waits");
    options.max_connections = 2;
    on_postgres(options, [](pool& db) -> task<> {
      constexpr std::size_t batches_max = 200;  // 240 MB: more than sockets hold.
      constexpr int looks = 50;
      co_await db.exec(make_stock);
      co_await db.exec(stmt<"create function hold() returns trigger language plpgsql as"
                            " 'begin perform pg_advisory_xact_lock(42); return new; end'">);
      co_await db.exec(stmt<"create trigger hold before insert on stock for each row"
                            " execute function hold()">);
      postgres::transaction holder = co_await db.begin();
      co_await holder.exec(wait_for_lock);
      std::size_t batches = 0;
      {
        auto rows = co_await copy_in(db, stocks);
        scope cancelled;
        cancelled.spawn(write_far(rows, batches, batches_max));
        std::size_t seen = 0;
        for (int unchanged = 0; unchanged < looks;) {
          const bool waits = co_await holder.one<bool>(lock_is_awaited);
          unchanged = waits && batches == seen ? unchanged + 1 : 0;
          seen = batches;
        }
        co_await cancelled.close();
        CHECK(batches < batches_max);
        const postgres::error after = co_await error_of(rows.finish());
        CHECK(after.not_executed());
      }
      co_await holder.rollback();
      const auto count = co_await db.one<std::int64_t>(count_stock);
      CHECK(count == 0);
      const auto active = co_await db.one<std::int64_t>(
          stmt<"select count(*) from pg_locks where locktype = 'advisory'">);
      CHECK(active == 0);
    });
  }

  TEST_CASE("a next() that is cancelled has lost nothing") {
    on_postgres(options_for("copy_resumed"), [](pool& db) -> task<> {
      static constexpr auto halting = stmt<
          "select n as id, 'x' as name, 1 as \"left\" from generate_series(1::bigint, 60000) as n"
          " where n <> 50000 or (select count(pg_advisory_xact_lock(42)::text)) = 1">;
      postgres::transaction holder = co_await db.begin();
      co_await holder.exec(wait_for_lock);
      auto all = copy_out<stock>(db, halting);
      std::int64_t read = 0;
      scope cancelled;
      const auto read_on = [](stream<stock>& from, std::int64_t& count) -> task<> {
        while (const auto row = co_await from.next()) {
          if (row->id != ++count) co_return;
        }
      };
      cancelled.spawn(read_on(all, read));
      for (bool waits = false; !waits;) waits = co_await holder.one<bool>(lock_is_awaited);
      co_await cancelled.close();
      CHECK(read < 50'000);
      co_await holder.rollback();
      co_await read_on(all, read);
      CHECK(read == 60'000);
    });
  }

  TEST_CASE("a session that is terminated ends a COPY with an error, and work goes on") {
    on_postgres(options_for("copy_ended"), [](pool& db) -> task<> {
      co_await db.exec(make_stock);
      postgres::transaction work = co_await db.begin();
      const auto backend = co_await work.one<std::int32_t>(backend_pid);
      {
        auto rows = co_await copy_in(work, stocks);
        co_await rows.write(large_batch(1));
        run_elsewhere("select pg_terminate_backend(" + std::to_string(backend) + ", 10000)");
        const postgres::error lost = co_await error_of(store_all(rows, large_batch(5'000)));
        CHECK(lost.retry_transaction());
        CHECK_FALSE(lost.commit_unknown());
      }
      co_await work.rollback();
      auto again = co_await copy_in(db, stocks);
      const std::vector<stock> rows = large_batch(1);
      const auto stored = co_await store_all(again, rows);
      CHECK(stored == rows.size());
    });
  }
}
