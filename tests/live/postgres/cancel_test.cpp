// SPDX-License-Identifier: Apache-2.0
#include "absent_standby.hpp"
#include "fixture.hpp"
#include "weir/scope.hpp"
#include "weir/timeout.hpp"
#include "weir/yield.hpp"

namespace {

using namespace weir;
using namespace std::chrono_literals;
using postgres::pool;
using weir::test::absent_standby;
using weir::test::on_postgres;
using weir::test::options_for;
using weir::test::run_elsewhere;

constexpr auto make_items = stmt<"create table items (id bigint primary key)">;
constexpr auto insert = stmt<"insert into items values ($1)">;
constexpr auto exists = stmt<"select exists (select from items where id = $1)">;
constexpr auto backend_pid = stmt<"select pg_backend_pid()">;

constexpr auto make_slow_check = stmt<
    "create function slow_check() returns trigger language plpgsql as"
    " 'begin perform pg_sleep(0.003); return null; end'">;
constexpr auto check_at_commit = stmt<
    "create constraint trigger slow after insert on items deferrable initially deferred"
    " for each row execute function slow_check()">;

/// What a commit said of itself.
enum class told { nothing, stored, not_stored, unknown };

task<> commit(postgres::transaction& work, told& outcome) {
  try {
    co_await work.commit();
    outcome = told::stored;
  } catch (const postgres::error& failure) {
    outcome = failure.commit_unknown() ? told::unknown : told::not_stored;
  } catch (const weir::error&) {
    outcome = told::not_stored;
  }
}

bool is_true_elsewhere(const std::string& question) {
  return run_elsewhere("select " + question) == "t";
}

/// Begins to commit items, until the server waits within a commit; cancels that, and gives its id.
task<std::int64_t> cancel_done_commit(pool& db) {
  for (std::int64_t id = 1;; ++id) {
    postgres::transaction work = co_await db.begin();
    co_await work.exec(insert, id);
    told outcome = told::nothing;
    scope cancelled;
    cancelled.spawn(commit(work, outcome));
    bool waits = false;
    // Those that are quicker than the server's change of its settings do not wait.
    while (outcome == told::nothing && !waits) {
      waits = absent_standby::is_awaited();
      co_await yield();
    }
    co_await cancelled.close();
    CHECK(outcome == told::stored);
    if (waits) co_return id;
  }
}

/// Commits one item, with so long to do it, and compares what is told with what is stored.
task<told> commit_within(pool& db, duration limit, std::int64_t id) {
  postgres::transaction work = co_await db.begin();
  work.enqueue(insert, id);
  told outcome = told::nothing;
  co_await with_timeout(limit, commit(work, outcome));
  co_await work.rollback();
  const auto found = co_await db.one<bool>(exists, id);
  CAPTURE(id);
  if (outcome == told::stored) CHECK(found);
  if (outcome == told::not_stored) CHECK_FALSE(found);
  co_return outcome;
}

/// A transaction that holds a lock and has changed settings, and then does not come to an end.
task<> sleep_in_transaction(postgres::tx& db) {
  db.enqueue(insert, 1);
  db.enqueue(stmt<"select pg_advisory_xact_lock(7)">);
  db.enqueue(stmt<"set local application_name = 'left behind'">);
  co_await db.exec(stmt<"select pg_sleep(3600)">);
}

task<> cancel_within_statement(pool& db) {
  scope cancelled;
  cancelled.spawn(db.transaction(sleep_in_transaction));
  const std::string sleeps =
      "exists (select from pg_stat_activity where state = 'active' and wait_event = 'PgSleep')";
  while (!is_true_elsewhere(sleeps)) co_await yield();
  co_await cancelled.close();
}

constexpr auto is_clean = stmt<
    "select pg_current_xact_id_if_assigned() is null"
    " and current_setting('application_name') = 'weir'"
    " and not exists (select from pg_locks where locktype = 'advisory')"
    " and not exists (select from items)">;

}  // namespace

TEST_SUITE("postgres.cancel") {
  TEST_CASE("a commit that the server has done wins over a cancellation that comes after") {
    postgres::pool_options options = options_for("late_cancel");
    options.max_connections = 1;
    on_postgres(options, [](pool& db) -> task<> {
      co_await db.exec(make_items);
      const auto backend = co_await db.one<std::int32_t>(backend_pid);
      const absent_standby waited_for;
      const auto id = co_await cancel_done_commit(db);
      const auto found = co_await db.one<bool>(exists, id);
      CHECK(found);
      const auto same = co_await db.one<std::int32_t>(backend_pid);
      CHECK(same == backend);
    });
  }

  TEST_CASE("whenever a commit is cancelled, what it tells is what is stored") {
    postgres::pool_options options = options_for("any_cancel");
    options.max_connections = 1;
    on_postgres(options, [](pool& db) -> task<> {
      constexpr int rounds = 100;
      constexpr duration step = 50us;
      co_await db.exec(make_items);
      // A commit that takes its time, so that cancellations find it at work as well.
      co_await db.exec(make_slow_check);
      co_await db.exec(check_at_commit);
      int unknown = 0;
      for (int round = 0; round < rounds; ++round) {
        const told outcome = co_await commit_within(db, step * round, round);
        CHECK(outcome != told::nothing);
        if (outcome == told::unknown) ++unknown;
      }
      // No connection was lost, so each commit had an answer.
      CHECK(unknown == 0);
      const told at_last = co_await commit_within(db, 1h, rounds);
      CHECK(at_last == told::stored);
    });
  }

  TEST_CASE("a transaction that is cancelled within a statement leaves a clean connection") {
    postgres::pool_options options = options_for("left_clean");
    options.max_connections = 1;
    on_postgres(options, [](pool& db) -> task<> {
      constexpr int rounds = 5;
      co_await db.exec(make_items);
      const auto backend = co_await db.one<std::int32_t>(backend_pid);
      for (int round = 0; round < rounds; ++round) {
        co_await cancel_within_statement(db);
        const auto clean = co_await db.one<bool>(is_clean);
        CHECK(clean);
        const auto same = co_await db.one<std::int32_t>(backend_pid);
        CHECK(same == backend);
      }
      const auto changed = co_await db.exec(insert, 1);
      CHECK(changed == 1);
    });
  }
}
