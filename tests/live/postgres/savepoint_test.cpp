// SPDX-License-Identifier: Apache-2.0
#include <stdexcept>

#include "clean_pool.hpp"
#include "fixture.hpp"
#include "weir/timeout.hpp"

namespace {

using namespace weir;
using namespace std::chrono_literals;
using postgres::pool;
using postgres::tx;
using weir::test::check_clean;
using weir::test::error_of;
using weir::test::on_postgres;
using weir::test::options_for;
using weir::test::run_elsewhere;

constexpr auto make_items = stmt<"create table items (id bigint primary key)">;
constexpr auto insert = stmt<"insert into items values ($1)">;
constexpr auto all_items = stmt<"select id from items order by id">;
using ids = std::vector<std::int64_t>;

task<> insert_twice(tx& db) {
  co_await db.exec(insert, 2);
  co_await db.exec(insert, 2);
}

task<> undo_refused(pool& db) {
  co_await db.exec(make_items);
  postgres::transaction work = co_await db.begin();
  co_await work.exec(insert, 1);
  const postgres::error refused = co_await error_of(work.savepoint(insert_twice));
  CHECK(refused.sqlstate() == "23505");
  co_await work.exec(insert, 3);
  co_await work.commit();
  const ids found = co_await db.query<std::int64_t>(all_items);
  CHECK(found == ids{1, 3});
  co_await check_clean(db);
  CHECK(db.stats().connections == 1);
}

task<> enqueue_twice(tx& db) {
  db.enqueue(insert, 2);
  db.enqueue(insert, 2);
  co_return;
}

task<> undo_enqueued(pool& db) {
  co_await db.exec(make_items);
  postgres::transaction work = co_await db.begin();
  work.enqueue(insert, 1);
  const postgres::error inside = co_await error_of(work.savepoint(enqueue_twice));
  CHECK(inside.sqlstate() == "23505");
  CHECK(inside.statement_index() == 2);
  work.enqueue(insert, 3);
  co_await work.commit();
  const ids found = co_await db.query<std::int64_t>(all_items);
  CHECK(found == ids{1, 3});
  co_await check_clean(db);
}

task<> enqueue_and_throw(tx& db) {
  co_await enqueue_twice(db);
  throw std::logic_error("no");
}

task<> throw_before_answers(pool& db) {
  co_await db.exec(make_items);
  postgres::transaction work = co_await db.begin();
  co_await work.exec(insert, 1);
  bool thrown = false;
  try {
    co_await work.savepoint(enqueue_and_throw);
  } catch (const std::logic_error&) {
    thrown = true;
  }
  CHECK(thrown);
  co_await work.exec(insert, 3);
  co_await work.commit();
  const ids found = co_await db.query<std::int64_t>(all_items);
  CHECK(found == ids{1, 3});
  co_await check_clean(db);
}

task<> never_run(tx&) {
  FAIL("the body runs although what was enqueued before it was refused");
  co_return;
}

task<> fail_outside(pool& db) {
  co_await db.exec(make_items);
  postgres::transaction work = co_await db.begin();
  co_await enqueue_twice(work);
  const postgres::error before = co_await error_of(work.savepoint(never_run));
  CHECK(before.sqlstate() == "23505");
  CHECK(before.statement_index() == 1);
  // The error is not the savepoint's to undo: all has failed.
  const postgres::error after = co_await error_of(work.exec(insert, 3));
  CHECK(after.not_executed());
  const postgres::error uncommitted = co_await error_of(work.commit());
  CHECK(uncommitted.not_executed());
  co_await work.rollback();
  const ids found = co_await db.query<std::int64_t>(all_items);
  CHECK(found.empty());
  co_await check_clean(db);
}

task<std::string> inner(tx& db) {
  co_await db.exec(insert, 3);
  const postgres::error refused = co_await error_of(db.savepoint(enqueue_twice));
  CHECK(refused.sqlstate() == "23505");
  co_await db.exec(insert, 4);
  co_return "a value";
}

task<> throw_around_inner(tx& db) {
  co_await db.exec(insert, 5);
  const std::string value = co_await db.savepoint([](tx& nested) -> task<std::string> {
    co_await nested.exec(insert, 6);
    co_return std::string("released, and undone with what is around it");
  });
  CHECK_FALSE(value.empty());
  throw std::logic_error("no");
}

task<> nest(pool& db) {
  co_await db.exec(make_items);
  postgres::transaction work = co_await db.begin();
  co_await work.exec(insert, 1);
  const std::string value = co_await work.savepoint(inner);
  CHECK(value == "a value");
  bool thrown = false;
  try {
    co_await work.savepoint(throw_around_inner);
  } catch (const std::logic_error&) {
    thrown = true;
  }
  CHECK(thrown);
  co_await work.exec(insert, 7);
  co_await work.commit();
  const ids found = co_await db.query<std::int64_t>(all_items);
  CHECK(found == ids{1, 3, 4, 7});
  co_await check_clean(db);
}

task<> lose_connection(tx& db) {
  const auto backend = co_await db.one<std::int32_t>(stmt<"select pg_backend_pid()">);
  run_elsewhere("select pg_terminate_backend(" + std::to_string(backend) + ", 10000)");
  co_await db.exec(insert, 2);
}

task<> end_by_loss(pool& db) {
  co_await db.exec(make_items);
  postgres::transaction work = co_await db.begin();
  co_await work.exec(insert, 1);
  const postgres::error lost = co_await error_of(work.savepoint(lose_connection));
  CHECK(lost.disposition() == disposition::retry);
  CHECK(lost.retry_transaction());
  const postgres::error after = co_await error_of(work.exec(insert, 3));
  CHECK(after.not_executed());
  const postgres::error uncommitted = co_await error_of(work.commit());
  CHECK(uncommitted.not_executed());
  co_await work.rollback();
  const ids found = co_await db.query<std::int64_t>(all_items);
  CHECK(found.empty());
  co_await check_clean(db);
}

task<> sleep_inside(tx& db) {
  co_await db.exec(insert, 2);
  co_await db.exec(stmt<"select pg_sleep(3600)">);
}

task<> end_by_deadline(pool& db) {
  co_await db.exec(make_items);
  postgres::transaction work = co_await db.begin();
  co_await work.exec(insert, 1);
  const auto late = co_await with_timeout(100ms, work.savepoint(sleep_inside)).as_result();
  REQUIRE_FALSE(late.has_value());
  CHECK(late.error().is(errc::deadline_exceeded));
  const postgres::error after = co_await error_of(work.commit());
  CHECK(after.not_executed());
  co_await work.rollback();
  const ids found = co_await db.query<std::int64_t>(all_items);
  CHECK(found.empty());
  co_await check_clean(db);
  CHECK(db.stats().connections == 1);
}

task<> repeat_within(pool& db) {
  co_await db.exec(make_items);
  postgres::transaction work = co_await db.begin();
  for (int round = 0; round < 100; ++round) {
    const postgres::error refused = co_await error_of(work.savepoint(insert_twice));
    CHECK(refused.sqlstate() == "23505");
  }
  co_await work.exec(insert, 1);
  co_await work.commit();
  const ids found = co_await db.query<std::int64_t>(all_items);
  CHECK(found == ids{1});
  co_await check_clean(db);
}

task<> insert_third(tx& db) { co_await db.exec(insert, 3); }

/// The server has forgotten what is in the savepoint within, perhaps its SAVEPOINT as well.
task<> nest_forgotten(tx& db) {
  co_await db.exec(insert, 2);
  co_await db.exec(stmt<"deallocate all">);
  const postgres::error refused = co_await error_of(db.savepoint(insert_third));
  CHECK(refused.sqlstate() == "26000");
  co_await db.savepoint(insert_third);
}

task<> keep_outer(pool& db) {
  co_await db.exec(make_items);
  postgres::transaction work = co_await db.begin();
  co_await work.exec(insert, 1);
  co_await work.savepoint(nest_forgotten);
  co_await work.commit();
  const ids found = co_await db.query<std::int64_t>(all_items);
  CHECK(found == ids{1, 2, 3});
}

}  // namespace

TEST_SUITE("postgres.savepoint") {
  TEST_CASE("what a refused statement left is undone, and the transaction goes on") {
    on_postgres(options_for("undone"), undo_refused);
  }

  TEST_CASE("the error of a statement that was enqueued inside belongs inside") {
    on_postgres(options_for("undone_enqueued"), undo_enqueued);
  }

  TEST_CASE("what was enqueued inside before the body threw is undone, though it is refused") {
    on_postgres(options_for("undone_unanswered"), throw_before_answers);
  }

  TEST_CASE("the error of a statement that was enqueued before belongs outside, and ends it all") {
    on_postgres(options_for("outside_it"), fail_outside);
  }

  TEST_CASE("savepoints are nested, give values, and are undone by an exception of the body") {
    on_postgres(options_for("nested"), nest);
  }

  TEST_CASE("a connection that is lost inside ends the whole transaction") {
    on_postgres(options_for("lost_inside"), end_by_loss);
  }

  TEST_CASE("a deadline that passes inside ends the whole transaction") {
    on_postgres(options_for("late_inside"), end_by_deadline);
  }

  TEST_CASE("one after the other, as many as wanted") {
    on_postgres(options_for("repeated"), repeat_within);
  }

  TEST_CASE("what is undone within a savepoint leaves the one around it, whatever was refused") {
    on_postgres(options_for("around"), keep_outer);
  }
}
