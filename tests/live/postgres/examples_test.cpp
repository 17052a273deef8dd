// SPDX-License-Identifier: Apache-2.0
// What sdk/README.md shows of PostgreSQL.
#include "fixture.hpp"
#include "weir/postgres/check_statements.hpp"
#include "weir/postgres/group_commit.hpp"
#include "weir/postgres/listen.hpp"
#include "weir/postgres/pipeline.hpp"
#include "weir/scope.hpp"

namespace {

using namespace weir;
using weir::test::on_postgres;
using weir::test::options_for;
using weir::test::run_elsewhere;
using enum postgres::statement_kind;

struct account {
  std::int64_t id = 0;
  std::string owner;
  std::int64_t cents = 0;
};

constexpr auto find_account =
    stmt<"select id, owner, cents from example_accounts where id = $1", read, "find_account">;
constexpr auto all_accounts =
    stmt<"select id, owner, cents from example_accounts order by id", read, "all_accounts">;
constexpr auto add_cents =
    stmt<"update example_accounts set cents = cents + $2 where id = $1", write, "add_cents">;
constexpr auto set_cents =
    stmt<"update example_accounts set cents = $2 where id = $1", write, "set_cents">;
constexpr auto note =
    stmt<"insert into example_notes (account, text) values ($1, $2)", write, "note">;

/// Two accounts, in a schema of their own.
postgres::pool_options two_accounts(const std::string& schema) {
  postgres::pool_options options = options_for(schema);
  run_elsewhere("create table " + schema +
                ".example_accounts (id bigint primary key, owner text not null,"
                " cents bigint not null check (cents >= 0))");
  run_elsewhere("create table " + schema + ".example_notes (account bigint, text text)");
  run_elsewhere("insert into " + schema +
                ".example_accounts values (1, 'Ada', 500), (2, 'Grace', 0)");
  return options;
}

task<std::string> owner_of(postgres::pool& db, std::int64_t id) {
  const auto found = co_await db.maybe<account>(find_account, id);
  co_return found ? found->owner : "nobody";
}

task<> transfer(postgres::pool& db, std::int64_t from, std::int64_t to, std::int64_t cents) {
  const auto body = [=](postgres::tx& work) -> task<> {
    work.enqueue(add_cents, from, -cents);
    work.enqueue(add_cents, to, cents);
    work.enqueue(note, from, "transfer");
    co_return;
  };
  co_await db.transaction(body);
}

task<std::int64_t> try_note(postgres::tx& work, std::int64_t id) {
  const auto optional_part = [id](postgres::tx& inner) -> task<> {
    co_await inner.exec(note, id, "checked");
  };
  co_await work.savepoint(optional_part);
  const auto found = co_await work.one<account>(find_account, id);
  co_return found.cents;
}

task<std::string> both_owners(postgres::pool& db) {
  postgres::pipeline both(db);
  const auto first = both.one<account>(find_account, 1);
  const auto second = both.one<account>(find_account, 2);
  co_await both.run();
  co_return first.get().owner + " and " + second.get().owner;
}

task<std::int64_t> sum_of_all(postgres::pool& db) {
  std::int64_t sum = 0;
  auto rows = db.stream<account>(all_accounts);
  while (auto one = co_await rows.next()) sum += one->cents;
  co_return sum;
}

task<> earn(postgres::group_commit& group, std::int64_t id, std::int64_t cents) {
  const auto body = [=](postgres::unit& work) -> task<> {
    const auto now = co_await work.one<account>(find_account, id);
    work.exec(set_cents, id, now.cents + cents);
    work.exec(note, id, "earned");
  };
  co_await group.run(std::to_string(id), body);
}

task<std::string> first_change(postgres::pool& db) {
  auto changes = postgres::listen(db, {"changes"});
  while (auto one = co_await changes.next()) {
    if (one->is_gap) continue;  // Something may have been missed: look at the tables.
    co_return one->payload;
  }
  co_return std::string();
}

task<> notify_until(postgres::pool& db, const bool& is_heard) {
  while (!is_heard) co_await db.exec(stmt<"select pg_notify('changes', 'account 1')">);
}

task<> hear(postgres::pool& db, std::string& heard, bool& is_heard) {
  heard = co_await first_change(db);
  is_heard = true;
}

}  // namespace

TEST_SUITE("postgres.examples") {
  TEST_CASE("reads, a transaction, a savepoint, a pipeline and a stream") {
    on_postgres(two_accounts("example"), [](postgres::pool& db) -> task<> {
      const auto owner = co_await owner_of(db, 1);
      CHECK(owner == "Ada");
      const auto stranger = co_await owner_of(db, 3);
      CHECK(stranger == "nobody");
      co_await transfer(db, 1, 2, 200);
      const auto refused = co_await transfer(db, 1, 2, 1000).as_result();
      REQUIRE_FALSE(refused.has_value());
      CHECK(refused.error().code() == postgres::sqlstate_code("23514"));
      const auto body = [](postgres::tx& work) { return try_note(work, 1); };
      const auto left = co_await db.transaction(body);
      CHECK(left == 300);
      const auto owners = co_await both_owners(db);
      CHECK(owners == "Ada and Grace");
      const auto sum = co_await sum_of_all(db);
      CHECK(sum == 500);
    });
  }

  TEST_CASE("a group commit") {
    on_postgres(two_accounts("example_group"), [](postgres::pool& db) -> task<> {
      postgres::group_commit group(db);
      scope events;
      for (int at = 0; at < 100; ++at) events.spawn(earn(group, at % 2 + 1, 1));
      co_await events.join();
      co_await group.close();
      const auto sum = co_await sum_of_all(db);
      CHECK(sum == 600);
    });
  }

  TEST_CASE("a listener") {
    on_postgres(two_accounts("example_listen"), [](postgres::pool& db) -> task<> {
      std::string heard;
      bool is_heard = false;
      scope both;
      both.spawn(hear(db, heard, is_heard));
      both.spawn(notify_until(db, is_heard));
      co_await both.join();
      CHECK(heard == "account 1");
    });
  }

  TEST_CASE("a check of all statements") {
    on_postgres(two_accounts("example_check"), [](postgres::pool& db) -> task<> {
      const auto faults = co_await postgres::check_statements(db);
      for (const auto& one : faults) CHECK_FALSE(one.sql.find("example_") != one.sql.npos);
      CHECK(db.stats().idle == 1);
    });
  }
}
