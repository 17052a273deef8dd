// SPDX-License-Identifier: Apache-2.0
#include "clean_pool.hpp"
#include "fixture.hpp"
#include "weir/scope.hpp"
#include "weir/yield.hpp"

namespace {

using namespace weir;
using postgres::pool;
using postgres::tx;
using weir::test::check_clean;
using weir::test::error_of;
using weir::test::on_postgres;
using weir::test::options_for;
using weir::test::run_elsewhere;

constexpr auto make_items = stmt<"create table items (id bigint)">;
constexpr auto insert = stmt<"insert into items values ($1)">;
constexpr auto count = stmt<"select count(*) from items">;
constexpr auto forever =
    stmt<"select pg_sleep(3600)", postgres::statement_kind::write, "never_ends">;
constexpr auto read_forever =
    stmt<"select pg_sleep(3600)", postgres::statement_kind::read, "read_forever">;

/// Ends every session that sleeps; false when there is none.
bool end_sleepers() {
  return run_elsewhere(
             "select count(*) filter (where pg_terminate_backend(pid)) > 0 from pg_stat_activity "
             "where wait_event = 'PgSleep'") == "t";
}

task<> keep_error(task<> work, std::optional<postgres::error>& failure) {
  try {
    co_await std::move(work);
  } catch (const postgres::error& refused) {
    failure = refused;
  }
}

/// The error of a statement whose session is ended while it runs.
task<postgres::error> terminated(task<> work) {
  std::optional<postgres::error> failure;
  scope running;
  running.spawn(keep_error(std::move(work), failure));
  while (!end_sleepers()) co_await yield();
  co_await running.join();
  REQUIRE(failure.has_value());
  co_return *failure;
}

task<> end_in_transaction(pool& db) {
  co_await db.exec(make_items);
  postgres::transaction work = co_await db.begin();
  co_await work.exec(insert, 1);
  const postgres::error ended = co_await terminated(weir::test::discard_value(work.exec(forever)));
  CHECK(ended.sqlstate() == "57P01");
  CHECK(ended.disposition() == disposition::retry);
  CHECK(ended.retry_transaction());
  CHECK_FALSE(ended.commit_unknown());
  CHECK(ended.statement_index() == 1);
  CHECK(ended.statement_name() == "never_ends");
  const postgres::error uncommitted = co_await error_of(work.commit());
  CHECK(uncommitted.not_executed());
  co_await work.rollback();
  const auto found = co_await db.one<std::int64_t>(count);
  CHECK(found == 0);
  co_await check_clean(db);
  CHECK(db.stats().connections == 1);
}

task<> end_alone(pool& db) {
  const postgres::error ended = co_await terminated(weir::test::discard_value(db.exec(forever)));
  // Nobody knows whether a statement that is its own transaction was committed.
  CHECK(ended.commit_unknown());
  CHECK(ended.disposition() == disposition::retry);
  CHECK_FALSE(ended.retry_transaction());
  co_await check_clean(db);
}

/// A read is sent again, up to a bound, because it changes nothing.
task<> end_read(pool& db) {
  std::optional<postgres::error> failure;
  scope running;
  running.spawn(keep_error(weir::test::discard_value(db.exec(read_forever)), failure));
  int ended = 0;
  while (!failure) {
    if (end_sleepers()) ++ended;
    co_await yield();
  }
  co_await running.join();
  CHECK(ended > 1);
  CHECK(failure->disposition() == disposition::retry);
  CHECK_FALSE(failure->commit_unknown());
  co_await check_clean(db);
}

task<> work_through_end(tx& db, int& runs) {
  co_await db.exec(insert, 1);
  if (runs++ > 0) co_return;
  const auto backend = co_await db.one<std::int32_t>(stmt<"select pg_backend_pid()">);
  run_elsewhere("select pg_terminate_backend(" + std::to_string(backend) + ", 10000)");
}

task<> end_before_commit(pool& db) {
  co_await db.exec(make_items);
  int runs = 0;
  const auto body = [&runs](tx& work) { return work_through_end(work, runs); };
  co_await db.transaction(body);
  CHECK(runs == 2);
  const auto found = co_await db.one<std::int64_t>(count);
  CHECK(found == 1);
  co_await check_clean(db);
}

}  // namespace

TEST_SUITE("postgres.terminated") {
  TEST_CASE(
      "a session that is ended within a statement fails its transaction, which may be repeated") {
    on_postgres(options_for("ended_inside"), end_in_transaction);
  }

  TEST_CASE("a session that is ended within a statement alone leaves its outcome unknown") {
    on_postgres(options_for("ended_alone"), end_alone);
  }

  TEST_CASE(
      "a read whose session is ended again and again gives up, and says that it is to blame") {
    on_postgres(options_for("ended_read"), end_read);
  }

  TEST_CASE("a session that is ended before the COMMIT has its transaction repeated, once") {
    on_postgres(options_for("ended_before"), end_before_commit);
  }
}
