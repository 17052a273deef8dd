// SPDX-License-Identifier: Apache-2.0
#include <stdexcept>

#include "fixture.hpp"
#include "weir/manual_reset_event.hpp"
#include "weir/when_all.hpp"

namespace {

using namespace weir;
using postgres::pool;
using weir::test::error_of;
using weir::test::on_postgres;
using weir::test::options_for;

constexpr auto make_items = stmt<"create table items (id bigint primary key, name text)">;
constexpr auto insert = stmt<"insert into items values ($1, $2)">;
constexpr auto count = stmt<"select count(*) from items", postgres::statement_kind::read>;
constexpr auto everything = stmt<"select * from items">;
constexpr auto nonsense = stmt<"selekt 1">;

task<> insert_one(postgres::tx& work, std::int64_t id) {
  const auto changed = co_await work.exec(insert, id, "name");
  CHECK(changed == 1);
}

}  // namespace

TEST_SUITE("postgres.transaction") {
  TEST_CASE("what is awaited or enqueued is stored by the commit and not before") {
    on_postgres(options_for("items"), [](pool& db) -> task<> {
      co_await db.exec(make_items);
      postgres::transaction work = co_await db.begin();
      co_await insert_one(work, 1);
      work.enqueue(insert, 2, "enqueued");
      const auto inside = co_await work.one<std::int64_t>(count);
      CHECK(inside == 2);
      const auto outside = co_await db.one<std::int64_t>(count);
      CHECK(outside == 0);
      work.enqueue(insert, 3, "with the commit");
      co_await work.commit();
      const auto after = co_await db.one<std::int64_t>(count);
      CHECK(after == 3);
    });
  }

  TEST_CASE("64 enqueued statements are stored by one commit") {
    on_postgres(options_for("items"), [](pool& db) -> task<> {
      co_await db.exec(make_items);
      co_await db.transaction([](postgres::tx& work) -> task<> {
        for (std::int64_t i = 0; i < 64; ++i) {
          const std::size_t index = work.enqueue(insert, i, "name");
          CHECK(index == static_cast<std::size_t>(i));
        }
        co_return;
      });
      const auto found = co_await db.one<std::int64_t>(count);
      CHECK(found == 64);
      const auto transactions =
          co_await db.one<std::int64_t>(stmt<"select count(distinct xmin::text) from items">);
      CHECK(transactions == 1);
    });
  }

  TEST_CASE("a body that throws is rolled back, and its exception comes out") {
    on_postgres(options_for("items"), [](pool& db) -> task<> {
      co_await db.exec(make_items);
      bool thrown = false;
      try {
        co_await db.transaction([](postgres::tx& work) -> task<> {
          co_await insert_one(work, 1);
          work.enqueue(insert, 2, "enqueued");
          throw std::logic_error("no");
        });
      } catch (const std::logic_error&) {
        thrown = true;
      }
      CHECK(thrown);
      const auto found = co_await db.one<std::int64_t>(count);
      CHECK(found == 0);
      CHECK(db.stats().connections == 1);
    });
  }

  TEST_CASE("after a rollback or a drop of awaited statements, other work is not part of them") {
    on_postgres(options_for("items"), [](pool& db) -> task<> {
      co_await db.exec(make_items);
      postgres::transaction rolled_back = co_await db.begin();
      co_await insert_one(rolled_back, 1);
      co_await rolled_back.rollback();
      CHECK(db.stats().connections == 1);
      co_await db.exec(insert, 2, "alone");
      {
        postgres::transaction dropped = co_await db.begin();
        co_await insert_one(dropped, 3);
      }
      co_await db.exec(insert, 4, "alone");
      // Another session sees what was committed, and only that.
      const std::string seen = weir::test::run_elsewhere(
          "select string_agg(id::text, ',' order by id) from items.items");
      CHECK(seen == "2,4");
    });
  }

  TEST_CASE("the error of an enqueued statement comes with the commit and says which it was") {
    on_postgres(options_for("items"), [](pool& db) -> task<> {
      co_await db.exec(make_items);
      postgres::transaction work = co_await db.begin();
      for (std::int64_t i = 0; i < 64; ++i) work.enqueue(insert, i == 41 ? 7 : i, "name");
      const postgres::error refused = co_await error_of(work.commit());
      CHECK(refused.sqlstate() == "23505");
      CHECK(refused.statement_index() == 41);
      CHECK(refused.constraint() == "items_pkey");
      CHECK(refused.table() == "items");
      CHECK(refused.disposition() == disposition::permanent);
      CHECK_FALSE(refused.retry_transaction());
      CHECK_FALSE(refused.commit_unknown());
      CHECK(refused.detail().find("(id)=(7)") != std::string::npos);
      CHECK(refused.message().find("(id)=(7)") == std::string::npos);
      CHECK(refused.code() == postgres::sqlstate_code("23505"));
      co_await work.rollback();
      const auto found = co_await db.one<std::int64_t>(count);
      CHECK(found == 0);
      CHECK(db.stats().connections == 1);
    });
  }

  TEST_CASE("after an error a transaction sends nothing, and its connection is used again") {
    on_postgres(options_for("items"), [](pool& db) -> task<> {
      co_await db.exec(make_items);
      const auto backend = co_await db.one<std::int32_t>(stmt<"select pg_backend_pid()">);
      postgres::transaction work = co_await db.begin();
      co_await insert_one(work, 1);
      const postgres::error refused = co_await error_of(work.exec(nonsense));
      CHECK(refused.sqlstate() == "42601");
      CHECK(refused.statement_index() == 1);
      const postgres::error skipped = co_await error_of(work.exec(insert, 2, "name"));
      CHECK(skipped.not_executed());
      const postgres::error uncommitted = co_await error_of(work.commit());
      CHECK(uncommitted.not_executed());
      co_await work.rollback();
      const auto found = co_await db.one<std::int64_t>(count);
      CHECK(found == 0);
      // The statement that could not be prepared is prepared anew, not taken for prepared.
      const postgres::error again = co_await error_of(db.exec(nonsense));
      CHECK(again.sqlstate() == "42601");
      const auto same = co_await db.one<std::int32_t>(stmt<"select pg_backend_pid()">);
      CHECK(same == backend);
    });
  }

  TEST_CASE("a statement prepared behind an error is prepared again when it is used next") {
    on_postgres(options_for("items"), [](pool& db) -> task<> {
      co_await db.exec(make_items);
      postgres::transaction work = co_await db.begin();
      work.enqueue(nonsense);
      work.enqueue(insert, 1, "never prepared");
      const postgres::error refused = co_await error_of(work.commit());
      CHECK(refused.statement_index() == 0);
      co_await work.rollback();
      co_await db.exec(insert, 1, "prepared now");
      const auto found = co_await db.one<std::int64_t>(count);
      CHECK(found == 1);
    });
  }

  TEST_CASE("a deferred constraint fails the commit, which is then known to be rolled back") {
    on_postgres(options_for("items"), [](pool& db) -> task<> {
      co_await db.exec(stmt<"create table once (id bigint unique deferrable initially deferred)">);
      constexpr auto insert_once = stmt<"insert into once values (1)">;
      postgres::transaction work = co_await db.begin();
      work.enqueue(insert_once);
      work.enqueue(insert_once);
      const postgres::error refused = co_await error_of(work.commit());
      CHECK(refused.sqlstate() == "23505");
      CHECK_FALSE(refused.commit_unknown());
      CHECK_FALSE(refused.statement_index().has_value());
      co_await work.rollback();
      // Alone, too, where the error comes with the end of the implicit transaction.
      const postgres::error alone =
          co_await error_of(db.exec(stmt<"insert into once values (2), (2)">));
      CHECK(alone.sqlstate() == "23505");
      const auto found = co_await db.one<std::int64_t>(stmt<"select count(*) from once">);
      CHECK(found == 0);
    });
  }

  TEST_CASE("a body is run again after a serialization failure, and both changes are kept") {
    on_postgres(options_for("items"), [](pool& db) -> task<> {
      co_await db.exec(make_items);
      co_await db.exec(insert, 1, "0");
      int runs = 0;
      manual_reset_event both_have_read;
      const auto add_one = [&runs, &both_have_read](postgres::tx& work) {
        struct body {
          static task<> run(postgres::tx& work, int& runs, manual_reset_event& both_have_read) {
            const auto name =
                co_await work.one<std::string>(stmt<"select name from items where id = 1">);
            if (++runs >= 2) both_have_read.set();
            co_await both_have_read.wait();
            co_await work.exec(stmt<"update items set name = $1 where id = 1">,
                               std::to_string(std::stoi(name) + 1));
          }
        };
        return body::run(work, runs, both_have_read);
      };
      const postgres::transaction_options strict{postgres::isolation::repeatable_read};
      co_await when_all(db.transaction(add_one, strict), db.transaction(add_one, strict));
      const auto name = co_await db.one<std::string>(stmt<"select name from items">);
      CHECK(name == "2");
      CHECK(runs == 3);
    });
  }

  TEST_CASE("between its statements the server sees it as idle in a transaction") {
    on_postgres(options_for("seen"), [](pool& db) -> task<> {
      postgres::transaction work = co_await db.begin();
      const auto backend = co_await work.one<std::int32_t>(stmt<"select pg_backend_pid()">);
      work.enqueue(stmt<"select 1">);
      co_await work.flush();
      const std::string seen = weir::test::run_elsewhere(
          "select state from pg_stat_activity where pid = " + std::to_string(backend));
      CHECK(seen == "idle in transaction");
      co_await work.commit();
    });
  }

  TEST_CASE("a transaction that is dropped without an end is rolled back") {
    on_postgres(options_for("items"), [](pool& db) -> task<> {
      co_await db.exec(make_items);
      {
        postgres::transaction work = co_await db.begin();
        co_await insert_one(work, 1);
      }
      // Waits for the server to let go of what the transaction held.
      co_await db.transaction(
          [](postgres::tx& work) -> task<> { co_await work.exec(stmt<"lock table items">); });
      const auto found = co_await db.one<std::int64_t>(count);
      CHECK(found == 0);
    });
  }

  TEST_CASE("a transaction without a statement sends nothing") {
    on_postgres(options_for("items"), [](pool& db) -> task<> {
      co_await db.exec(make_items);
      postgres::transaction committed = co_await db.begin();
      co_await committed.commit();
      postgres::transaction rolled_back = co_await db.begin();
      co_await rolled_back.rollback();
      CHECK(db.stats().idle == 1);
    });
  }

  TEST_CASE("more than may be enqueued is refused before it is sent") {
    on_postgres(options_for("items"), [](pool& db) -> task<> {
      postgres::transaction work = co_await db.begin();
      constexpr auto nothing = stmt<"select 1">;
      for (std::size_t i = 0; i < postgres::enqueued_statements_max; ++i) work.enqueue(nothing);
      bool refused = false;
      try {
        work.enqueue(nothing);
      } catch (const weir::error& failure) {
        refused = failure.is(errc::limit_exceeded);
      }
      CHECK(refused);
      co_await work.flush();
      work.enqueue(nothing);
      co_await work.commit();
      CHECK(db.stats().idle == 1);
    });
  }

  TEST_CASE("a plan that became invalid is made anew") {
    on_postgres(options_for("items"), [](pool& db) -> task<> {
      co_await db.exec(make_items);
      co_await db.exec(insert, 1, "name");
      co_await db.transaction([](postgres::tx& work) -> task<> { co_await work.exec(everything); });
      co_await db.exec(stmt<"alter table items add column price bigint">);
      int runs = 0;
      const auto body = [&runs](postgres::tx& work) {
        ++runs;
        return weir::test::discard_value(work.exec(everything));
      };
      co_await db.transaction(body);
      CHECK(runs == 2);
    });
  }
}
