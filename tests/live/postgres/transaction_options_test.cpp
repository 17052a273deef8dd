// SPDX-License-Identifier: Apache-2.0
#include "weir/postgres/transaction_options.hpp"

#include "busy_helpers.hpp"
#include "clean_pool.hpp"
#include "fixture.hpp"
#include "weir/timeout.hpp"

namespace {

using namespace weir;
using namespace std::chrono_literals;
using postgres::isolation;
using postgres::pool;
using postgres::transaction_options;
using weir::test::busy_helpers;
using weir::test::check_clean;
using weir::test::error_of;
using weir::test::on_postgres;
using weir::test::options_for;
using weir::test::run_elsewhere;
using weir::test::says;

constexpr auto settings = stmt<
    "select current_setting('transaction_isolation') || ' ' || "
    "current_setting('transaction_read_only') || ' ' || "
    "current_setting('transaction_deferrable')">;
constexpr auto limit_of_statement =
    stmt<"select setting::bigint from pg_settings where name = 'statement_timeout'">;
constexpr auto forever =
    stmt<"select pg_sleep(3600)", postgres::statement_kind::write, "never_ends">;

task<> check_settings(pool& db, transaction_options chosen, std::string expected) {
  CAPTURE(expected);
  postgres::transaction work = co_await db.begin(chosen);
  const auto found = co_await work.one<std::string>(settings);
  CHECK(found == expected);
  co_await work.commit();
}

task<> see_all_levels(pool& db) {
  const transaction_options plain;
  const transaction_options committed{.level = isolation::read_committed};
  const transaction_options repeatable{.level = isolation::repeatable_read, .read_only = true};
  const transaction_options strict{.level = isolation::serializable};
  const transaction_options deferred{
      .level = isolation::serializable, .read_only = true, .deferrable = true};
  const transaction_options reading{.read_only = true};
  for (int round = 0; round < 2; ++round) {
    co_await check_settings(db, strict, "serializable off off");
    co_await check_settings(db, plain, "read committed off off");
    co_await check_settings(db, deferred, "serializable on on");
    co_await check_settings(db, committed, "read committed off off");
    co_await check_settings(db, repeatable, "repeatable read on off");
    co_await check_settings(db, reading, "read committed on off");
  }
  co_await check_clean(db);
  CHECK(db.stats().connections == 1);
}

task<> keep_default(pool& db) {
  const transaction_options plain;
  const transaction_options committed{.level = isolation::read_committed};
  co_await check_settings(db, plain, "repeatable read off off");
  co_await check_settings(db, committed, "read committed off off");
}

task<> refuse_writes(pool& db) {
  const transaction_options reading{.read_only = true};
  postgres::transaction work = co_await db.begin(reading);
  const postgres::error refused = co_await error_of(work.exec(stmt<"create table t (id int)">));
  CHECK(refused.sqlstate() == "25006");
  CHECK_FALSE(refused.retry_transaction());
  co_await work.rollback();
  co_await check_clean(db);
}

task<> end_by_option(pool& db) {
  const transaction_options limited{.statement_timeout = 30ms};
  postgres::transaction work = co_await db.begin(limited);
  const auto limit = co_await work.one<std::int64_t>(limit_of_statement);
  CHECK(limit == 30);
  const postgres::error late = co_await error_of(work.exec(forever));
  CHECK(late.sqlstate() == "57014");
  CHECK(says(late.message(), "statement timeout"));
  CHECK(late.disposition() == disposition::retry);
  CHECK(late.statement_name() == "never_ends");
  CHECK_FALSE(late.retry_transaction());
  co_await work.rollback();
  // The next one on this connection has no limit.
  co_await check_clean(db);
  CHECK(db.stats().connections == 1);
}

/// The server has the limit itself, so the statement ends when the program cannot cancel it.
task<> hand_deadline_on(pool& db, std::int64_t& limit) {
  const transaction_options limited{.statement_timeout = 2h};
  const auto body = [&limit](postgres::tx& work) -> task<> {
    // Enqueued or awaited, the limit goes in front of the first.
    work.enqueue(stmt<"select 1">);
    limit = co_await work.one<std::int64_t>(limit_of_statement);
  };
  co_await db.transaction(body, limited);
}

/// One that is begun by hand may last longer than the task that begins it.
task<> begin_by_hand(pool& db, std::int64_t& limit) {
  const transaction_options limited{.statement_timeout = 2h};
  postgres::transaction work = co_await db.begin(limited);
  limit = co_await work.one<std::int64_t>(limit_of_statement);
  co_await work.commit();
}

task<> take_shorter(pool& db) {
  constexpr std::int64_t hour = 3'600'000;
  std::int64_t limit = 0;
  co_await with_timeout(1h, hand_deadline_on(db, limit));
  CHECK(limit > 0);
  CHECK(limit <= hour);
  co_await with_timeout(10h, hand_deadline_on(db, limit));
  CHECK(limit == 2 * hour);
  co_await hand_deadline_on(db, limit);
  CHECK(limit == 2 * hour);
  co_await with_timeout(1h, begin_by_hand(db, limit));
  CHECK(limit == 2 * hour);
  co_await check_clean(db);
}

/// A limit longer than the server can count is the longest that it can.
task<> hand_on_too_long(pool& db) {
  constexpr std::int64_t most = 2'147'483'647;
  const transaction_options patient{.statement_timeout = 24h * 30};
  const auto body = [](postgres::tx& work) -> task<std::int64_t> {
    co_return co_await work.one<std::int64_t>(limit_of_statement);
  };
  const auto given = co_await db.transaction(body, patient);
  CHECK(given == most);
  const auto left = co_await with_timeout(24h * 30, db.transaction(body));
  CHECK(left == most);
}

task<> sleep_in_transaction(pool& db) {
  const auto body = [](postgres::tx& work) -> task<> {
    co_await work.exec(stmt<"create table left_behind (id int)">);
    co_await work.exec(forever);
  };
  co_await db.transaction(body);
}

task<> end_by_deadline(pool& db) {
  for (int round = 0; round < 5; ++round) {
    const auto late = co_await with_timeout(50ms, sleep_in_transaction(db)).as_result();
    REQUIRE_FALSE(late.has_value());
    CHECK(late.error().is(errc::deadline_exceeded));
    CHECK(late.error().disposition() == disposition::retry);
  }
  const auto made = co_await db.one<bool>(stmt<"select to_regclass('left_behind') is not null">);
  CHECK_FALSE(made);
  co_await check_clean(db);
}

/// The statement ends although nobody can be sent to cancel it.
task<> end_without_cancel(pool& db, scope& busy) {
  const std::string sleeps =
      "select exists (select from pg_stat_activity where wait_event = 'PgSleep')";
  // A connection that is open already: opening one takes a helper, too.
  co_await db.exec(stmt<"select 1">);
  busy_helpers helpers(busy);
  co_await helpers.until_busy();
  const auto late = co_await with_timeout(200ms, sleep_in_transaction(db)).as_result();
  REQUIRE_FALSE(late.has_value());
  CHECK(late.error().is(errc::deadline_exceeded));
  CHECK(run_elsewhere(sleeps) == "f");
  helpers.release();
  co_await busy.join();
  co_await check_clean(db);
}

}  // namespace

TEST_SUITE("postgres.transaction_options") {
  TEST_CASE("what a transaction asks for is what the server gives it, and it alone") {
    on_postgres(options_for("levels"), see_all_levels);
  }

  TEST_CASE("what a transaction does not ask for is as the server has it configured") {
    postgres::pool_options options = options_for("default_level");
    options.conninfo += "%20-cdefault_transaction_isolation%3Drepeatable%5C%20read";
    on_postgres(options, keep_default);
  }

  TEST_CASE("a transaction that only reads is refused to write") {
    on_postgres(options_for("reading"), refuse_writes);
  }

  TEST_CASE("a statement ends by the limit of its transaction") {
    on_postgres(options_for("limited_statement"), end_by_option);
  }

  TEST_CASE("the server gets the deadline of the task, or the limit where that is shorter") {
    on_postgres(options_for("deadline_limit"), take_shorter);
  }

  TEST_CASE("a limit of a month is no error: the server gets the longest that it can count") {
    on_postgres(options_for("long_limit"), hand_on_too_long);
  }

  TEST_CASE("a deadline ends the statement on the server when no cancel can reach it") {
    on_postgres(options_for("no_cancel"), [](pool& db) -> task<> {
      const auto body = [&db](scope& busy) { return end_without_cancel(db, busy); };
      return with_scope(body);
    });
  }

  TEST_CASE("a deadline ends the statement as deadline_exceeded, whoever notices it first") {
    on_postgres(options_for("deadline_ends"), end_by_deadline);
  }
}
