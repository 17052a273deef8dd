// SPDX-License-Identifier: Apache-2.0
#include "clean_pool.hpp"
#include "fixture.hpp"
#include "weir/manual_reset_event.hpp"
#include "weir/when_all.hpp"

namespace {

using namespace weir;
using postgres::pool;
using postgres::tx;
using weir::test::check_clean;
using weir::test::error_of;
using weir::test::on_postgres;
using weir::test::options_for;

constexpr auto make_accounts =
    stmt<"create table accounts as select id, 0::bigint as amount from generate_series(1, 2) id">;
constexpr auto add_one = stmt<"update accounts set amount = amount + 1 where id = $1",
                              postgres::statement_kind::write, "add_one">;
constexpr auto sum = stmt<"select sum(amount)::bigint from accounts">;

/// Two that have each done their first half go on together.
struct meeting {
  int arrived = 0;
  int runs = 0;
  manual_reset_event both;
};

task<> update_both(tx& db, meeting& other, std::int64_t first, std::int64_t second) {
  ++other.runs;
  co_await db.exec(add_one, first);
  if (++other.arrived >= 2) other.both.set();
  co_await other.both.wait();
  co_await db.exec(add_one, second);
}

/// Statements that PostgreSQL has ended as deadlocks, since the pool was made.
int deadlocks_told = 0;

task<> resolve_deadlock(pool& db) {
  co_await db.exec(make_accounts);
  meeting here;
  const auto upwards = [&here](tx& work) { return update_both(work, here, 1, 2); };
  const auto downwards = [&here](tx& work) { return update_both(work, here, 2, 1); };
  co_await when_all(db.transaction(upwards), db.transaction(downwards));
  // Who repeats may collide once more, but nothing else is a reason to run again.
  CHECK(deadlocks_told >= 1);
  CHECK(here.runs == 2 + deadlocks_told);
  const auto found = co_await db.one<std::int64_t>(sum);
  CHECK(found == 4);
  co_await check_clean(db);
  CHECK(db.stats().connections == 2);
}

task<> keep_error(task<> work, std::vector<postgres::error>& failures) {
  try {
    co_await std::move(work);
  } catch (const postgres::error& refused) {
    failures.push_back(refused);
  }
}

task<> tell_deadlock(pool& db) {
  co_await db.exec(make_accounts);
  meeting here;
  std::vector<postgres::error> failures;
  const postgres::transaction_options once{.attempts_max = 1};
  const auto upwards = [&here](tx& work) { return update_both(work, here, 1, 2); };
  const auto downwards = [&here](tx& work) { return update_both(work, here, 2, 1); };
  co_await when_all(keep_error(db.transaction(upwards, once), failures),
                    keep_error(db.transaction(downwards, once), failures));
  REQUIRE(failures.size() == 1);
  CHECK(failures[0].sqlstate() == "40P01");
  CHECK(failures[0].statement_index() == 1);
  CHECK(failures[0].statement_name() == "add_one");
  CHECK(failures[0].disposition() == disposition::retry);
  CHECK(failures[0].retry_transaction());
  const auto found = co_await db.one<std::int64_t>(sum);
  CHECK(found == 2);
  co_await check_clean(db);
}

/// Each reads what the other writes, which no order of the two allows.
task<> copy_sum(tx& db, meeting& other, std::int64_t to) {
  ++other.runs;
  const auto found = co_await db.one<std::int64_t>(sum);
  if (++other.arrived >= 2) other.both.set();
  co_await other.both.wait();
  co_await db.exec(stmt<"update accounts set amount = $1 + 1 where id = $2">, found, to);
}

task<> serialize(pool& db) {
  co_await db.exec(make_accounts);
  meeting here;
  const postgres::transaction_options strict{.level = postgres::isolation::serializable};
  const auto first = [&here](tx& work) { return copy_sum(work, here, 1); };
  const auto second = [&here](tx& work) { return copy_sum(work, here, 2); };
  co_await when_all(db.transaction(first, strict), db.transaction(second, strict));
  // Once more each time that the repeated one is refused, since the other has not committed yet.
  CHECK(here.runs >= 3);
  // One after the other: 1, and then 1 + 1.
  const auto found = co_await db.one<std::int64_t>(sum);
  CHECK(found == 3);
  co_await check_clean(db);
}

constexpr auto always_collide =
    stmt<"do $$ begin raise exception 'again' using errcode = 'serialization_failure'; end $$">;
constexpr auto always_refused = stmt<"select 1 / 0">;

task<int> runs_of(pool& db, unsigned attempts_max, bool is_collision) {
  int runs = 0;
  const auto body = [&runs, is_collision](tx& work) {
    ++runs;
    return is_collision ? weir::test::discard_value(work.exec(always_collide))
                        : weir::test::discard_value(work.exec(always_refused));
  };
  const postgres::transaction_options chosen{.attempts_max = attempts_max};
  const postgres::error last = co_await error_of(db.transaction(body, chosen));
  CHECK(last.sqlstate() == (is_collision ? "40001" : "22012"));
  CHECK(last.retry_transaction() == is_collision);
  co_return runs;
}

task<> bound_attempts(pool& db) {
  for (const unsigned attempts_max : {1U, 2U, 7U}) {
    const int runs = co_await runs_of(db, attempts_max, true);
    CHECK(runs == static_cast<int>(attempts_max));
  }
  const int once = co_await runs_of(db, 7, false);
  CHECK(once == 1);
  co_await check_clean(db);
  CHECK(db.stats().connections == 1);
}

postgres::pool_options quick_to_find_deadlocks(const std::string& schema) {
  postgres::pool_options options = options_for(schema);
  options.conninfo += "%20-cdeadlock_timeout%3D20ms";
  deadlocks_told = 0;
  options.hooks.on_statement = [](const postgres::statement_report& told) {
    if (told.sqlstate == "40P01") ++deadlocks_told;
  };
  return options;
}

}  // namespace

TEST_SUITE("postgres.collisions") {
  TEST_CASE("of two that wait for each other one is repeated, and both are committed") {
    on_postgres(quick_to_find_deadlocks("deadlock"), resolve_deadlock);
  }

  TEST_CASE("without repetition a deadlock is the error of the statement that it ended") {
    on_postgres(quick_to_find_deadlocks("told_deadlock"), tell_deadlock);
  }

  TEST_CASE("of two that no order allows one is repeated, and both are committed") {
    on_postgres(options_for("serializable"), serialize);
  }

  TEST_CASE("a body runs as often as attempts_max says, and once for what repetition cannot help") {
    on_postgres(options_for("attempts"), bound_attempts);
  }
}
