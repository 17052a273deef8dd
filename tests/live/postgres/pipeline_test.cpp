// SPDX-License-Identifier: Apache-2.0
#include "weir/postgres/pipeline.hpp"

#include "fixture.hpp"

namespace {

using namespace weir;
using postgres::pipeline;
using postgres::pool;
using postgres::statement_kind;
using weir::test::error_of;
using weir::test::on_postgres;
using weir::test::options_for;

struct item {
  std::int64_t id = 0;
  std::string name;
};

constexpr auto make_items = stmt<"create table items (id bigint primary key, name text)">;
constexpr auto insert = stmt<"insert into items values ($1, $2)">;
constexpr auto find = stmt<"select id, name from items where id = $1", statement_kind::read>;
constexpr auto list = stmt<"select id, name from items order by id", statement_kind::read>;
constexpr auto count = stmt<"select count(*) from items", statement_kind::read>;
constexpr auto divide = stmt<"select 1 / $1", statement_kind::read>;

}  // namespace

TEST_SUITE("postgres.pipeline") {
  TEST_CASE("each statement of a pool's pipeline has its own answer") {
    on_postgres(options_for("piped"), [](pool& db) -> task<> {
      co_await db.exec(make_items);
      pipeline work(db);
      const auto first = work.exec(insert, 1, "one");
      const auto second = work.exec(insert, 2, "two");
      const auto found = work.one<item>(find, 2);
      const auto missing = work.maybe<item>(find, 3);
      const auto all = work.query<item>(list);
      co_await work.run();
      CHECK(first.get() == 1);
      CHECK(second.get() == 1);
      CHECK(found.get().name == "two");
      CHECK_FALSE(missing.get().has_value());
      CHECK(all.get().size() == 2);
    });
  }

  TEST_CASE("when one is refused, nothing of a pool's pipeline has happened") {
    on_postgres(options_for("all_or_nothing"), [](pool& db) -> task<> {
      co_await db.exec(make_items);
      pipeline work(db);
      const auto before = work.exec(insert, 1, "one");
      const auto refused = work.one<std::int32_t>(divide, 0);
      const auto behind = work.exec(insert, 2, "two");
      const postgres::error failure = co_await error_of(work.run());
      CHECK(failure.sqlstate() == "22012");
      CHECK(failure.statement_index() == 1);
      CHECK(before.get() == 1);
      CHECK_THROWS_AS((void)refused.get(), postgres::error);
      bool is_not_executed = false;
      try {
        (void)behind.get();
      } catch (const postgres::error& skipped) {
        is_not_executed = skipped.not_executed();
      }
      CHECK(is_not_executed);
      const auto stored = co_await db.one<std::int64_t>(count);
      CHECK(stored == 0);
    });
  }

  TEST_CASE("a pipeline of a transaction is part of it") {
    on_postgres(options_for("part"), [](pool& db) -> task<> {
      co_await db.exec(make_items);
      const auto body = [](postgres::tx& in) -> task<> {
        in.enqueue(insert, 1, "one");
        pipeline work(in);
        const auto stored = work.one<std::int64_t>(count);
        work.exec(insert, 2, "two");
        const auto all = work.query<item>(list);
        co_await work.run();
        CHECK(stored.get() == 1);
        CHECK(all.get().size() == 2);
      };
      co_await db.transaction(body);
      const auto stored = co_await db.one<std::int64_t>(count);
      CHECK(stored == 2);
    });
  }

  TEST_CASE("an answer before the run, and one that is no single row, are errors") {
    on_postgres(options_for("early"), [](pool& db) -> task<> {
      co_await db.exec(make_items);
      pipeline work(db);
      const auto missing = work.one<item>(find, 1);
      CHECK_THROWS_AS((void)missing.get(), weir::error);
      co_await work.run();
      bool is_not_found = false;
      try {
        (void)missing.get();
      } catch (const weir::error& failure) {
        is_not_found = failure.is(errc::not_found);
      }
      CHECK(is_not_found);
    });
  }
}
