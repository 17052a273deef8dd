// SPDX-License-Identifier: Apache-2.0
#include "absent_standby.hpp"
#include "clean_pool.hpp"
#include "fixture.hpp"
#include "watchdog.hpp"
#include "weir/scope.hpp"
#include "weir/yield.hpp"

namespace {

using namespace weir;
using namespace std::chrono_literals;
using postgres::pool;
using postgres::tx;
using weir::test::absent_standby;
using weir::test::check_clean;
using weir::test::on_postgres;
using weir::test::options_for;
using weir::test::run_elsewhere;
using weir::test::shared_postgres;

constexpr std::chrono::seconds server_restarts{180};

constexpr auto make_items = stmt<"create table items (id bigint)">;
constexpr auto insert = stmt<"insert into items values ($1)">;
constexpr auto count = stmt<"select count(*) from items">;

void kill_and_restart() {
  shared_postgres().kill_hard();
  shared_postgres();  // Starts it again.
}

postgres::pool_options patient(const std::string& schema) {
  weir::test::allow(server_restarts);
  postgres::pool_options options = options_for(schema);
  options.acquire_timeout = 60s;
  return options;
}

/// Where in a transaction the server is killed and started again, in its first attempt.
enum class moment { before_begin, between_statements, before_commit };

task<> work_through_restart(tx& db, moment when, int& runs) {
  const bool is_first = runs++ == 0;
  if (is_first && when == moment::before_begin) kill_and_restart();
  co_await db.exec(insert, 1);
  if (is_first && when == moment::between_statements) kill_and_restart();
  co_await db.exec(insert, 2);
  if (is_first && when == moment::before_commit) kill_and_restart();
}

task<> restart_at(pool& db, moment when) {
  co_await db.exec(make_items);
  // So that the connection knows what it needs to find out what became of a commit.
  co_await db.transaction([](tx& work) -> task<> { co_await work.exec(insert, 0); });
  int runs = 0;
  const auto body = [when, &runs](tx& work) { return work_through_restart(work, when, runs); };
  co_await db.transaction(body);
  CHECK(runs == 2);
  const auto found = co_await db.one<std::int64_t>(count);
  CHECK(found == 3);
  co_await check_clean(db);
}

/// What a commit said of itself.
enum class told { nothing, stored, not_stored, unknown };

task<> commit(postgres::transaction& work, told& outcome) {
  try {
    co_await work.commit();
    outcome = told::stored;
  } catch (const postgres::error& failure) {
    outcome = failure.commit_unknown() ? told::unknown : told::not_stored;
  }
}

/// The server crashes in front of a COMMIT, forgets the number of the transaction, which was in no
/// log yet, and gives it to another one, which is committed.
task<> reuse_number(pool& db) {
  co_await db.exec(make_items);
  co_await db.transaction([](tx& work) -> task<> { co_await work.exec(insert, 0); });
  postgres::transaction work = co_await db.begin();
  co_await work.exec(insert, 1);
  co_await work.exec(insert, 2);
  kill_and_restart();
  for (int i = 0; i < 20; ++i) run_elsewhere("insert into reused.items values (100)");
  told outcome = told::nothing;
  co_await commit(work, outcome);
  CHECK(outcome != told::nothing);
  const auto found = co_await db.one<std::int64_t>(stmt<"select count(*) from items where id = 1">);
  if (outcome == told::stored) CHECK(found == 1);
  if (outcome == told::not_stored) CHECK(found == 0);
  co_await work.rollback();
  co_await check_clean(db);
}

/// Begins to commit items, each with the next number, until the server waits within a commit; then
/// kills it.
task<> kill_in_commit(pool& db, std::int64_t& id, told& outcome) {
  auto standby = std::make_unique<absent_standby>();
  for (bool waits = false; !waits;) {
    outcome = told::nothing;
    postgres::transaction work = co_await db.begin();
    co_await work.exec(insert, ++id);
    scope committing;
    committing.spawn(commit(work, outcome));
    // Those that are quicker than the server's change of its settings do not wait.
    while (outcome == told::nothing && !waits) {
      waits = absent_standby::is_awaited();
      co_await yield();
    }
    if (waits) kill_and_restart();
    // No other commit may wait for the standby: the question of the outcome is none.
    if (waits) standby.reset();
    co_await committing.join();
  }
}

task<> find_outcome(pool& db) {
  co_await db.exec(make_items);
  co_await db.exec(insert, 0);
  std::int64_t id = 0;
  told outcome = told::nothing;
  co_await kill_in_commit(db, id, outcome);
  // The commit was in the log before the server began to wait. But after a crash the number may
  // have been given to another transaction.
  CHECK(outcome == told::unknown);
  const auto found = co_await db.one<std::int64_t>(count);
  CHECK(found == id + 1);
  co_await check_clean(db);
}

/// What several workers have done.
struct work_done {
  std::int64_t stored = 0;
  std::int64_t unknown = 0;
};

task<> insert_pair(tx& work) {
  co_await work.exec(insert, 1);
  co_await work.exec(insert, 2);
}

task<> insert_pairs(pool& db, std::int64_t how_many, work_done& done) {
  while (done.stored < how_many) {
    try {
      co_await db.transaction(insert_pair);
      ++done.stored;
    } catch (const postgres::error& failure) {
      if (!failure.commit_unknown()) throw;
      ++done.unknown;
    }
  }
}

task<> restart_under_load(pool& db) {
  constexpr std::int64_t how_many = 400;
  co_await db.exec(make_items);
  work_done done;
  scope workers;
  for (int i = 0; i < 4; ++i) workers.spawn(insert_pairs(db, how_many, done));
  for (const std::int64_t killed_at : {50, 150, 250}) {
    while (done.stored < killed_at) co_await yield();
    kill_and_restart();
  }
  co_await workers.join();
  const auto found = co_await db.one<std::int64_t>(count);
  CHECK(found % 2 == 0);
  CHECK(found / 2 >= done.stored);
  CHECK(found / 2 <= done.stored + done.unknown);
  CHECK(done.stored >= how_many);
  co_await check_clean(db);
}

}  // namespace

TEST_SUITE("postgres.restart") {
  TEST_CASE("a transaction succeeds over a crash of the server before its BEGIN") {
    on_postgres(patient("before_begin"),
                [](pool& db) { return restart_at(db, moment::before_begin); });
  }

  TEST_CASE("a transaction succeeds over a crash of the server between its statements") {
    on_postgres(patient("between"),
                [](pool& db) { return restart_at(db, moment::between_statements); });
  }

  TEST_CASE("a transaction succeeds over a crash of the server before its COMMIT, once") {
    on_postgres(patient("before_commit"),
                [](pool& db) { return restart_at(db, moment::before_commit); });
  }

  TEST_CASE("a commit is not taken for one of the same number that came after a crash") {
    on_postgres(patient("reused"), reuse_number);
  }

  TEST_CASE("a commit that the server was killed in is never told as not done") {
    on_postgres(patient("in_commit"), find_outcome);
  }

  TEST_CASE("of many transactions over several crashes each is what it was told to be") {
    on_postgres(patient("under_load"), restart_under_load);
  }
}
