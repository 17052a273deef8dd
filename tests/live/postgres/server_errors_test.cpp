// SPDX-License-Identifier: Apache-2.0
#include "clean_pool.hpp"
#include "fixture.hpp"

namespace {

using namespace weir;
using postgres::pool;
using postgres::statement_kind;
using weir::test::check_clean;
using weir::test::error_of;
using weir::test::on_postgres;
using weir::test::options_for;
using weir::test::says;

constexpr auto make_parents = stmt<"create table parents (id bigint primary key)">;
constexpr auto make_items = stmt<
    "create table items (id bigint primary key, name text not null, "
    "parent bigint references parents, size int constraint positive check (size > 0), "
    "constraint one_name unique (name))">;
constexpr auto insert = stmt<"insert into items (id, name, parent, size) values ($1, $2, $3, $4)",
                             statement_kind::write, "insert_item">;
constexpr auto count = stmt<"select count(*) from items">;

/// An item that a constraint of the table refuses.
struct refused_item {
  std::int64_t id = 2;
  std::optional<std::string> name = "b";
  std::optional<std::int64_t> parent = std::nullopt;
  std::int32_t size = 1;
};

/// What is told of a refusal.
struct expected {
  std::string sqlstate;
  std::string constraint;
  std::string column = "";
};

/// The error of an item, alone and in a transaction.
task<> check_refusal(pool& db, const refused_item& item, const expected& told) {
  CAPTURE(told.sqlstate);
  const postgres::error alone =
      co_await error_of(db.exec(insert, item.id, item.name, item.parent, item.size));
  CHECK(alone.sqlstate() == told.sqlstate);
  CHECK(alone.constraint() == told.constraint);
  CHECK(alone.column() == told.column);
  CHECK(alone.table() == "items");
  CHECK(alone.fields().schema == "constraints");
  CHECK(alone.statement_name() == "insert_item");
  CHECK(alone.disposition() == disposition::permanent);
  CHECK_FALSE(alone.retry_transaction());
  CHECK_FALSE(alone.commit_unknown());
  postgres::transaction work = co_await db.begin();
  work.enqueue(insert, item.id + 10, "in front", std::optional<std::int64_t>(), 1);
  work.enqueue(insert, item.id, item.name, item.parent, item.size);
  const postgres::error inside = co_await error_of(work.commit());
  CHECK(inside.sqlstate() == told.sqlstate);
  CHECK(inside.constraint() == told.constraint);
  CHECK(inside.statement_index() == 1);
  CHECK(inside.statement_name() == "insert_item");
  co_await work.rollback();
}

task<> break_constraints(pool& db) {
  co_await db.exec(make_parents);
  co_await db.exec(make_items);
  co_await db.exec(insert, 1, "a", std::optional<std::int64_t>(), 1);
  const refused_item same_id{.id = 1};
  const refused_item same_name{.name = "a"};
  const refused_item no_parent{.parent = 7};
  const refused_item no_name{.name = std::nullopt};
  const refused_item too_small{.size = 0};
  const expected of_id{"23505", "items_pkey"};
  const expected of_name{"23505", "one_name"};
  const expected of_parent{"23503", "items_parent_fkey"};
  const expected of_null{"23502", "", "name"};
  const expected of_size{"23514", "positive"};
  co_await check_refusal(db, same_id, of_id);
  co_await check_refusal(db, same_name, of_name);
  co_await check_refusal(db, no_parent, of_parent);
  co_await check_refusal(db, no_name, of_null);
  co_await check_refusal(db, too_small, of_size);
  const auto rows = co_await db.one<std::int64_t>(count);
  CHECK(rows == 1);
  co_await check_clean(db);
  CHECK(db.stats().connections == 1);
}

/// The SQLSTATE that a statement alone is refused with, after which the pool is clean.
template <class Statement, class... Args>
task<> check_state(pool& db, Statement asked, std::string state, disposition what_to_do,
                   Args... args) {
  const postgres::error refused = co_await error_of(db.exec(asked, args...));
  CAPTURE(refused.message());
  CHECK(refused.sqlstate() == state);
  CHECK(refused.disposition() == what_to_do);
  CHECK(refused.code() == postgres::sqlstate_code(state));
  CHECK_FALSE(refused.commit_unknown());
  CHECK_FALSE(refused.retry_transaction());
  co_await check_clean(db);
}

/// The kernel's own device that is always full stands for the disk.
constexpr auto fill_disk =
    stmt<"copy (select repeat('x', 1000) from generate_series(1, 1000)) to '/dev/full'">;
constexpr auto sort_much = stmt<
    "select count(*) from (select random() as r from generate_series(1, 200000) order by r) t">;

task<> exceed_limits(pool& db) {
  co_await check_state(db, fill_disk, "53100", disposition::retry);
  co_await check_state(db, sort_much, "53400", disposition::retry);
  // More than a value may have: one gigabyte.
  co_await check_state(db, stmt<"select repeat('x', 1 << 30)">, "54000", disposition::permanent);
}

task<> send_wrong_text(pool& db) {
  constexpr auto echo = stmt<"select $1::text">;
  co_await check_state(db, echo, "22021", disposition::permanent, std::string("\xff"));
  co_await check_state(db, echo, "22021", disposition::permanent, std::string("a\xc3"));
  // A surrogate, and a long form of "/".
  co_await check_state(db, echo, "22021", disposition::permanent, std::string("\xed\xa0\x80"));
  co_await check_state(db, echo, "22021", disposition::permanent, std::string("\xc0\xaf"));
  co_await check_state(db, stmt<"select $1::jsonb">, "22P02", disposition::permanent,
                       postgres::jsonb{"{"});
}

/// What the server quotes of data stands in the fields alone: the text of an error is logged.
task<> quote_values(pool& db) {
  constexpr auto as_number = stmt<"select cast($1::text as bigint)">;
  const postgres::error refused = co_await error_of(db.exec(as_number, "her \"own\" words"));
  CHECK(says(refused.message(), "invalid input syntax for type bigint: \"***\" (SQLSTATE 22P02)"));
  CHECK_FALSE(says(refused.message(), "words"));
  CHECK(says(refused.fields().message, "her \"own\" words"));
  constexpr auto divide = stmt<"select 1 / ($1::int)">;
  const postgres::error plain = co_await error_of(db.exec(divide, 0));
  CHECK(says(plain.message(), "PostgreSQL: division by zero (SQLSTATE 22012)"));
  co_await check_clean(db);
}

constexpr auto insert_plain = stmt<"insert into plain values ($1)", statement_kind::write, "plain">;

task<> drop_under_plan(pool& db) {
  constexpr auto make = stmt<"create table plain (id bigint)">;
  constexpr auto drop = stmt<"drop table plain">;
  co_await db.exec(make);
  co_await db.exec(insert_plain, 1);
  co_await db.exec(drop);
  const postgres::error gone = co_await error_of(db.exec(insert_plain, 2));
  CHECK(gone.sqlstate() == "42P01");
  CHECK(gone.disposition() == disposition::permanent);
  CHECK(gone.statement_name() == "plain");
  CHECK_FALSE(gone.retry_statement());
  co_await check_clean(db);
  co_await db.exec(make);
  const auto changed = co_await db.exec(insert_plain, 3);
  CHECK(changed == 1);
}

task<> alter_under_plan(pool& db) {
  constexpr auto read_all = stmt<"select * from plain", statement_kind::read, "read_plain">;
  co_await db.exec(stmt<"create table plain (id bigint)">);
  co_await db.exec(insert_plain, 1);
  const auto before = co_await db.one<std::int64_t>(read_all);
  CHECK(before == 1);
  co_await db.exec(stmt<"alter table plain alter column id type text">);
  // Planned anew, and of another type now: told by the column's name, not by a lost connection.
  const auto after = co_await db.one<std::int64_t>(read_all).as_result();
  REQUIRE_FALSE(after.has_value());
  CHECK(after.error().disposition() == disposition::permanent);
  CHECK(says(after.error().message(), "column \"id\""));
  const auto text = co_await db.one<std::string>(read_all);
  CHECK(text == "1");
  co_await db.exec(stmt<"alter table plain rename column id to number">);
  const auto renamed = co_await db.one<std::string>(read_all);
  CHECK(renamed == "1");
  co_await check_clean(db);
}

task<> write_to_read_only(pool& db) {
  co_await check_state(db, stmt<"create table made (id int)">, "25006", disposition::retry);
  postgres::transaction work = co_await db.begin();
  work.enqueue(stmt<"create table made (id int)">);
  const postgres::error refused = co_await error_of(work.commit());
  CHECK(refused.sqlstate() == "25006");
  CHECK(refused.statement_index() == 0);
  co_await work.rollback();
  co_await check_clean(db);
}

task<> exceed_lock_timeout(pool& db) {
  co_await db.exec(stmt<"create table plain (id bigint)">);
  postgres::transaction holder = co_await db.begin();
  co_await holder.exec(stmt<"lock table plain">);
  postgres::transaction work = co_await db.begin();
  work.enqueue(stmt<"set local lock_timeout = '10ms'">);
  const postgres::error late = co_await error_of(work.exec(insert_plain, 1));
  CHECK(late.sqlstate() == "55P03");
  CHECK(late.disposition() == disposition::retry);
  CHECK(late.statement_index() == 1);
  CHECK(late.statement_name() == "plain");
  co_await work.rollback();
  co_await holder.rollback();
  co_await check_clean(db);
  CHECK(db.stats().connections == 2);
}

}  // namespace

TEST_SUITE("postgres.server_errors") {
  TEST_CASE("a violated constraint is told with its name, table and column, and the statement's") {
    on_postgres(options_for("constraints"), break_constraints);
  }

  TEST_CASE("a full disk and limits of the server are errors of one statement") {
    postgres::pool_options options = options_for("limits");
    options.conninfo += "%20-ctemp_file_limit%3D1MB%20-cwork_mem%3D64kB";
    on_postgres(options, exceed_limits);
  }

  TEST_CASE("what is no UTF-8 and no JSON is refused by the server, which goes on") {
    on_postgres(options_for("wrong_text"), send_wrong_text);
  }

  TEST_CASE("a value that the server refuses is not in the text of the error") {
    on_postgres(options_for("quoted"), quote_values);
  }

  TEST_CASE("a table that is dropped under a prepared statement is missing, and may come back") {
    on_postgres(options_for("dropped"), drop_under_plan);
  }

  TEST_CASE("a table that is altered under a prepared statement is read as it is now") {
    on_postgres(options_for("altered_type"), alter_under_plan);
  }

  TEST_CASE("a server that only reads refuses to write, which another server might do") {
    postgres::pool_options options = options_for("only_reads");
    options.conninfo += "%20-cdefault_transaction_read_only%3Don";
    on_postgres(options, write_to_read_only);
  }

  TEST_CASE("a lock that is not got in time is an error of its statement") {
    on_postgres(options_for("lock_timeout"), exceed_lock_timeout);
  }
}
