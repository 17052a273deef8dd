// SPDX-License-Identifier: Apache-2.0
#include "busy_helpers.hpp"
#include "fixture.hpp"
#include "watchdog.hpp"
#include "weir/timeout.hpp"

namespace {

using namespace weir;
using namespace std::chrono_literals;
using postgres::pool;
using weir::test::busy_helpers;
using weir::test::error_of;
using weir::test::on_postgres;
using weir::test::options_for;
using weir::test::run_elsewhere;
using weir::test::shared_postgres;

constexpr auto make_items = stmt<"create table items (id bigint primary key)">;
constexpr auto insert = stmt<"insert into items values ($1)">;
constexpr auto count = stmt<"select count(*) from items", postgres::statement_kind::read>;
constexpr auto backend_pid = stmt<"select pg_backend_pid()", postgres::statement_kind::read>;
constexpr auto wait_for_lock = stmt<"select pg_advisory_xact_lock(42)">;
constexpr std::chrono::seconds server_restarts{180};

/// Waits, on the server, until somebody waits for the lock.
constexpr auto lock_is_awaited =
    stmt<"select exists (select from pg_locks where locktype = 'advisory' and not granted)",
         postgres::statement_kind::read>;

task<> until_lock_is_awaited(pool& db) {
  for (bool waits = false; !waits;) waits = co_await db.one<bool>(lock_is_awaited);
}

/// A statement is cancelled while no helper thread is free to ask the server, and ends by itself
/// before the server has been asked.
task<> cancel_too_late(pool& db, scope& busy) {
  postgres::transaction holder = co_await db.begin();
  co_await holder.exec(wait_for_lock);
  scope cancelled;
  cancelled.spawn(weir::test::discard_value(db.exec(wait_for_lock)));
  co_await until_lock_is_awaited(db);
  busy_helpers helpers(busy);
  co_await helpers.until_busy();
  cancelled.request_stop();
  co_await holder.rollback();
  co_await cancelled.close();
  // Three were open; the one that the cancel is still on its way to is no longer.
  CHECK(db.stats().idle == 2);
  CHECK(db.stats().connections == 2);
  helpers.release();
  co_await busy.join();
}

}  // namespace

TEST_SUITE("postgres.fault") {
  TEST_CASE("a killed server ends a transaction with an error, and work goes on after its start") {
    weir::test::allow(server_restarts);
    postgres::pool_options options = options_for("killed");
    options.acquire_timeout = 60s;
    on_postgres(options, [](pool& db) -> task<> {
      co_await db.exec(make_items);
      postgres::transaction work = co_await db.begin();
      co_await work.exec(insert, 1);
      shared_postgres().kill_hard();
      work.enqueue(insert, 2);
      const postgres::error lost = co_await error_of(work.flush());
      CHECK(lost.disposition() == disposition::retry);
      CHECK_FALSE(lost.commit_unknown());
      co_await work.rollback();
      shared_postgres();  // Starts it again.
      const auto found = co_await db.one<std::int64_t>(count);
      CHECK(found == 0);
    });
  }

  TEST_CASE("a commit whose answer is lost is unknown, and says so") {
    weir::test::allow(server_restarts);
    postgres::pool_options options = options_for("unknown");
    options.acquire_timeout = 60s;
    on_postgres(options, [](pool& db) -> task<> {
      co_await db.exec(make_items);
      postgres::transaction work = co_await db.begin();
      co_await work.exec(insert, 1);
      shared_postgres().kill_hard();
      const postgres::error lost = co_await error_of(work.commit());
      CHECK(lost.commit_unknown());
      CHECK(lost.disposition() == disposition::retry);
      CHECK_FALSE(lost.retry_transaction());
      co_await work.rollback();
      shared_postgres();  // Starts it again.
      const auto found = co_await db.one<std::int64_t>(count);
      CHECK(found == 0);
    });
  }

  TEST_CASE("a session that is terminated between statements fails the transaction") {
    on_postgres(options_for("terminated"), [](pool& db) -> task<> {
      co_await db.exec(make_items);
      postgres::transaction work = co_await db.begin();
      const auto backend = co_await work.one<std::int32_t>(backend_pid);
      run_elsewhere("select pg_terminate_backend(" + std::to_string(backend) + ", 10000)");
      const postgres::error lost = co_await error_of(work.exec(insert, 1));
      CHECK(lost.disposition() == disposition::retry);
      co_await work.rollback();
      const auto found = co_await db.one<std::int64_t>(count);
      CHECK(found == 0);
    });
  }

  TEST_CASE("a deadline cancels the statement on the server and keeps the connection") {
    on_postgres(options_for("deadline"), [](pool& db) -> task<> {
      const auto backend = co_await db.one<std::int32_t>(backend_pid);
      const auto late =
          co_await with_timeout(100ms, db.exec(stmt<"select pg_sleep(3600)">)).as_result();
      REQUIRE_FALSE(late.has_value());
      CHECK(late.error().is(errc::deadline_exceeded));
      // The same session answers: it does not sleep any more.
      const auto same = co_await db.one<std::int32_t>(backend_pid);
      CHECK(same == backend);
    });
  }

  TEST_CASE("a cancelled transaction is rolled back and its connection used again") {
    on_postgres(options_for("cancelled"), [](pool& db) -> task<> {
      co_await db.exec(make_items);
      postgres::transaction holder = co_await db.begin();
      co_await holder.exec(wait_for_lock);
      const auto body = [&db](scope& children) {
        struct steps {
          static task<> work(pool& db) {
            co_await db.transaction([](postgres::tx& work) -> task<> {
              work.enqueue(insert, 1);
              co_await work.exec(wait_for_lock);
            });
          }
          static task<> run(scope& children, pool& db) {
            children.spawn(work(db));
            co_await until_lock_is_awaited(db);
            co_await children.close();
          }
        };
        return steps::run(children, db);
      };
      co_await with_scope(body);
      const bool waits = co_await db.one<bool>(lock_is_awaited);
      CHECK_FALSE(waits);
      co_await holder.rollback();
      const auto found = co_await db.one<std::int64_t>(count);
      CHECK(found == 0);
      CHECK(db.stats().connections == 3);
      CHECK(db.stats().idle == 3);
    });
  }

  TEST_CASE("a connection that a cancel is still on its way to is not used again") {
    on_postgres(options_for("late_cancel"), [](pool& db) -> task<> {
      const auto body = [&db](scope& busy) { return cancel_too_late(db, busy); };
      return with_scope(body);
    });
  }

  TEST_CASE("a cancelled commit ends rolled back, and is not taken for unknown") {
    on_postgres(options_for("cancelled_commit"), [](pool& db) -> task<> {
      co_await db.exec(make_items);
      postgres::transaction holder = co_await db.begin();
      co_await holder.exec(wait_for_lock);
      postgres::transaction work = co_await db.begin();
      work.enqueue(insert, 1);
      work.enqueue(wait_for_lock);
      const auto outcome = co_await with_timeout(100ms, work.commit()).as_result();
      REQUIRE_FALSE(outcome.has_value());
      CHECK(outcome.error().is(errc::deadline_exceeded));
      co_await work.rollback();
      co_await holder.rollback();
      const auto found = co_await db.one<std::int64_t>(count);
      CHECK(found == 0);
      CHECK(db.stats().idle == db.stats().connections);
    });
  }

  TEST_CASE("ten megabytes go both ways at once, more than any buffer holds") {
    on_postgres(options_for("large"), [](pool& db) -> task<> {
      const std::string large(10 << 20, 'x');
      const auto back = co_await db.one<std::string>(stmt<"select $1::text">, large);
      CHECK(back == large);
      postgres::transaction work = co_await db.begin();
      // Each answer is as large as its statement and nobody reads it before the last is sent.
      for (int i = 0; i < 6; ++i) work.enqueue(stmt<"select $1::text">, large);
      const auto last = co_await work.one<std::string>(stmt<"select $1::text">, large);
      CHECK(last == large);
      co_await work.commit();
      const auto rows = co_await db.query<std::int32_t>(stmt<"select generate_series(1, 200000)">);
      CHECK(rows.size() == 200'000);
      CHECK(rows.back() == 200'000);
    });
  }

  TEST_CASE("COPY is refused with a clear error and costs no more than its connection") {
    on_postgres(options_for("copied"), [](pool& db) -> task<> {
      co_await db.exec(make_items);
      const postgres::error refused = co_await error_of(db.exec(stmt<"copy items to stdout">));
      CHECK(refused.message().find("COPY") != std::string::npos);
      const auto found = co_await db.one<std::int64_t>(count);
      CHECK(found == 0);
    });
  }
}
