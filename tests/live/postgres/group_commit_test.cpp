// SPDX-License-Identifier: Apache-2.0
#include "weir/postgres/group_commit.hpp"

#include "group_fixture.hpp"
#include "seed.hpp"
#include "weir/detail/split_mix.hpp"
#include "weir/manual_reset_event.hpp"
#include "weir/scope.hpp"
#include "weir/timeout.hpp"
#include "weir/yield.hpp"

namespace {

using namespace weir;
using namespace std::chrono_literals;
using postgres::group_commit;
using postgres::pool;
using postgres::statement_kind;
using postgres::unit;
using weir::test::error_of;
using weir::test::run_elsewhere;
using weir::test::with_group;

constexpr auto insert = stmt<"insert into items values ($1, $2)">;
constexpr auto set_value = stmt<"update items set value = $2 where id = $1">;
constexpr auto value_of = stmt<"select value from items where id = $1", statement_kind::read>;
constexpr auto count = stmt<"select count(*) from items", statement_kind::read>;
constexpr auto commits = stmt<"select count(distinct xmin::text) from items", statement_kind::read>;
constexpr auto insert_once = stmt<"insert into once values ($1)">;
constexpr auto lock_table = stmt<"lock table items">;

task<> store(group_commit& group, std::int64_t id, std::int64_t value) {
  const auto body = [id, value](unit& work) -> task<> {
    work.exec(insert, id, value);
    co_return;
  };
  co_await group.run(std::to_string(id), body);
}

task<> add_one(group_commit& group, std::int64_t id) {
  const auto body = [id](unit& work) -> task<> {
    const auto value = co_await work.one<std::int64_t>(value_of, id);
    work.exec(set_value, id, value + 1);
  };
  co_await group.run(std::to_string(id), body);
}

/// Stores, and counts the errors of this SQLSTATE.
task<> store_or_count(group_commit& group, std::int64_t id, std::string state, int& refused) {
  try {
    co_await store(group, id, 0);
  } catch (const postgres::error& failure) {
    if (failure.sqlstate() == state) ++refused;
  }
}

task<> store_once(group_commit& group, std::int64_t id, int& refused) {
  try {
    const auto body = [id](unit& work) -> task<> {
      work.exec(insert_once, id);
      work.exec(insert, id + 1000, 0);
      co_return;
    };
    co_await group.run({}, body);
  } catch (const postgres::error& failure) {
    if (failure.sqlstate() == "23505") ++refused;
  }
}

struct item {
  std::int64_t id = 0;
  std::int64_t value = 0;
};
constexpr auto items = postgres::table<item, "items">;
constexpr auto item_by_id = items.on_conflict<"id">().do_update();

struct entry {
  std::int64_t item = 0;
  std::string what;
};
constexpr auto entries = postgres::table<entry, "entries">;

/// Stores a row, something about it by a statement of its own, and a row that refers to the first.
task<> store_all(group_commit& group, item stored, std::string what) {
  const auto body = [=](unit& work) -> task<> {
    work.upsert(item_by_id, stored);
    work.exec(set_value, stored.id, stored.value + 1);
    work.insert(entries, entry{stored.id, what});
    co_return;
  };
  co_await group.run(std::to_string(stored.id), body);
}

task<> store_row(group_commit& group, item stored, int& refused) {
  try {
    const auto body = [stored](unit& work) -> task<> {
      work.insert(items, stored);
      co_return;
    };
    co_await group.run({}, body);
  } catch (const postgres::error& failure) {
    if (failure.sqlstate() == "23505") ++refused;
  }
}

/// The same of a row that stays where it is.
task<> store_lasting_row(group_commit& group, const item& lasting, int& refused) {
  try {
    const auto body = [&lasting](unit& work) -> task<> {
      work.insert(items, std::cref(lasting));
      co_return;
    };
    co_await group.run({}, body);
  } catch (const postgres::error& failure) {
    if (failure.sqlstate() == "23505") ++refused;
  }
}

}  // namespace

TEST_SUITE("postgres.group_commit") {
  TEST_CASE("rows that stay where they are go with others, and again when one was refused") {
    with_group("lasting", [](group_commit& group, pool& db) -> task<> {
      std::vector<item> lasting;
      for (std::int64_t id = 0; id < 40; ++id) lasting.push_back({id == 39 ? 0 : id, id});
      int refused = 0;
      scope events;
      for (const item& one : lasting) events.spawn(store_lasting_row(group, one, refused));
      for (std::int64_t id = 39; id < 60; ++id) events.spawn(store_row(group, {id, id}, refused));
      co_await events.join();
      CHECK(refused == 1);
      const auto stored = co_await db.one<std::int64_t>(count);
      CHECK(stored == 60);
    });
  }

  TEST_CASE("rows of many units go in one statement for each table") {
    with_group("merged", [](group_commit& group, pool& db) -> task<> {
      run_elsewhere("create table merged.statements (n bigint)");
      run_elsewhere(
          "create function merged.note() returns trigger language plpgsql as"
          " 'begin insert into merged.statements values (1); return null; end'");
      run_elsewhere(
          "create trigger noted after insert on merged.items for each statement"
          " execute function merged.note()");
      int refused = 0;
      scope events;
      for (std::int64_t id = 0; id < 64; ++id) events.spawn(store_row(group, {id, id}, refused));
      co_await events.join();
      CHECK(refused == 0);
      const auto stored = co_await db.one<std::int64_t>(count);
      CHECK(stored == 64);
      const auto statements = co_await db.one<std::int64_t>(
          stmt<"select count(*) from statements", statement_kind::read>);
      CHECK(statements == 1);
    });
  }

  TEST_CASE("a unit's rows and statements keep their order among those of others") {
    with_group("kept_order", [](group_commit& group, pool& db) -> task<> {
      run_elsewhere(
          "create table kept_order.entries (item bigint references kept_order.items, what text)");
      scope events;
      for (std::int64_t id = 0; id < 100; ++id) {
        events.spawn(store_all(group, {id, 10 * id}, "entry " + std::to_string(id)));
      }
      co_await events.join();
      const auto right =
          co_await db.one<std::int64_t>(stmt<"select count(*) from items join entries on item = id"
                                             " where value = 10 * id + 1 and what = 'entry ' || id",
                                             statement_kind::read>);
      CHECK(right == 100);
    });
  }

  TEST_CASE("of the rows in one statement the one that is refused fails alone") {
    with_group("refused_row", [](group_commit& group, pool& db) -> task<> {
      co_await store(group, 13, 0);
      co_await store(group, 50, 0);
      int refused = 0;
      scope events;
      for (std::int64_t id = 0; id < 64; ++id) events.spawn(store_row(group, {id, id}, refused));
      co_await events.join();
      CHECK(refused == 2);
      const auto stored = co_await db.one<std::int64_t>(count);
      CHECK(stored == 64);
    });
  }

  TEST_CASE("units that end together are committed together, each with all its writes") {
    with_group("grouped", [](group_commit& group, pool& db) -> task<> {
      scope events;
      for (std::int64_t id = 0; id < 640; ++id) events.spawn(store(group, id, id));
      co_await events.join();
      const auto stored = co_await db.one<std::int64_t>(count);
      CHECK(stored == 640);
      const auto transactions = co_await db.one<std::int64_t>(commits);
      CHECK(transactions == 10);
    });
  }

  TEST_CASE("of events of one key that read a row and write it back none is lost") {
    with_group("counted", [](group_commit& group, pool& db) -> task<> {
      constexpr std::int64_t rows = 7;
      constexpr int rounds = 60;
      for (std::int64_t id = 0; id < rows; ++id) co_await store(group, id, 0);
      scope events;
      for (int round = 0; round < rounds; ++round) {
        for (std::int64_t id = 0; id < rows; ++id) events.spawn(add_one(group, id));
      }
      co_await events.join();
      for (std::int64_t id = 0; id < rows; ++id) {
        const auto value = co_await db.one<std::int64_t>(value_of, id);
        CHECK(value == rounds);
      }
    });
  }

  TEST_CASE("units of one key are committed in the order in which they came") {
    with_group("in_order", [](group_commit& group, pool& db) -> task<> {
      co_await store(group, 1, 0);
      const auto set_to = [&group](std::int64_t value) -> task<> {
        struct steps {
          static task<> run(group_commit& to, std::int64_t next) {
            const auto body = [next](unit& work) -> task<> {
              const auto before = co_await work.one<std::int64_t>(value_of, std::int64_t{1});
              if (before == next - 1) work.exec(set_value, std::int64_t{1}, next);
            };
            co_await to.run("1", body);
          }
        };
        return steps::run(group, value);
      };
      scope events;
      for (std::int64_t value = 1; value <= 50; ++value) events.spawn(set_to(value));
      co_await events.join();
      const auto last = co_await db.one<std::int64_t>(value_of, std::int64_t{1});
      CHECK(last == 50);
    });
  }

  TEST_CASE("a unit that the server refuses fails alone") {
    with_group("guilty", [](group_commit& group, pool& db) -> task<> {
      co_await store(group, 13, 0);
      co_await store(group, 50, 0);
      int refused = 0;
      scope events;
      for (std::int64_t id = 0; id < 64; ++id) {
        events.spawn(store_or_count(group, id, "23505", refused));
      }
      co_await events.join();
      CHECK(refused == 2);
      const auto stored = co_await db.one<std::int64_t>(count);
      CHECK(stored == 64);
    });
  }

  TEST_CASE("what only the end of the transaction refuses is found by halves") {
    with_group("halved", [](group_commit& group, pool& db) -> task<> {
      int refused = 0;
      co_await store_once(group, 13, refused);
      scope events;
      for (std::int64_t id = 0; id < 64; ++id) events.spawn(store_once(group, id, refused));
      co_await events.join();
      CHECK(refused == 1);
      const auto stored = co_await db.one<std::int64_t>(count);
      CHECK(stored == 64);
    });
  }

  TEST_CASE("a body that throws drops its writes, and its key is free again") {
    with_group("thrown", [](group_commit& group, pool& db) -> task<> {
      const auto body = [](unit& work) -> task<> {
        work.exec(insert, std::int64_t{1}, std::int64_t{0});
        throw weir::error(errc::invalid_input, disposition::permanent, "no such order");
        co_return;
      };
      const auto failed = co_await group.run("1", body).as_result();
      REQUIRE_FALSE(failed.has_value());
      CHECK(failed.error().is(errc::invalid_input));
      const auto none = co_await db.one<std::int64_t>(count);
      CHECK(none == 0);
      co_await store(group, 1, 0);
      const auto stored = co_await db.one<std::int64_t>(count);
      CHECK(stored == 1);
    });
  }

  TEST_CASE("a unit does not see what units have kept, its own included") {
    with_group("unseen", [](group_commit& group, pool& db) -> task<> {
      std::int64_t seen = -1;
      const auto body = [&seen](unit& work) -> task<> {
        work.exec(insert, std::int64_t{1}, std::int64_t{0});
        seen = co_await work.one<std::int64_t>(count);
      };
      co_await group.run("1", body);
      CHECK(seen == 0);
      const auto stored = co_await db.one<std::int64_t>(count);
      CHECK(stored == 1);
    });
  }

  TEST_CASE("a unit that is cancelled before its commit leaves nothing, and holds up nobody") {
    with_group("cancelled_unit", [](group_commit& group, pool& db) -> task<> {
      co_await store(group, 1, 0);
      postgres::transaction holder = co_await db.begin();
      co_await holder.exec(lock_table);
      // Two are on their way to the server and wait there; more than a group waits behind them.
      scope kept;
      for (std::int64_t id = 100; id < 300; ++id) kept.spawn(store(group, id, 0));
      while (run_elsewhere("select count(*) from pg_locks where not granted") == "0") {
        co_await yield();
      }
      scope cancelled;
      for (std::int64_t id = 400; id < 410; ++id) cancelled.spawn(store(group, id, 0));
      cancelled.spawn(store(group, 100, 1));  // Waits for its key.
      for (int turn = 0; turn < 10; ++turn) co_await yield();
      co_await cancelled.close();
      co_await holder.rollback();
      co_await kept.join();
      const auto stored = co_await db.one<std::int64_t>(count);
      CHECK(stored == 201);
      co_await add_one(group, 100);
      const auto value = co_await db.one<std::int64_t>(value_of, std::int64_t{100});
      CHECK(value == 1);
    });
  }

  TEST_CASE("a session that ends before the commit costs a repetition and loses nothing") {
    with_group("ended_session", [](group_commit& group, pool& db) -> task<> {
      postgres::transaction holder = co_await db.begin();
      co_await holder.exec(lock_table);
      scope events;
      for (std::int64_t id = 0; id < 10; ++id) events.spawn(store(group, id, 0));
      std::string blocked;
      while (blocked.empty()) {
        blocked = run_elsewhere("select pid from pg_locks where not granted limit 1");
        co_await yield();
      }
      run_elsewhere("select pg_terminate_backend(" + blocked + ", 10000)");
      co_await holder.rollback();
      co_await events.join();
      const auto stored = co_await db.one<std::int64_t>(count);
      CHECK(stored == 10);
    });
  }

  TEST_CASE("a group whose limit passes is told so, and stores nothing") {
    const auto body = [](group_commit& group, pool& db) -> task<> {
      postgres::transaction holder = co_await db.begin();
      co_await holder.exec(lock_table);
      const auto late = co_await store(group, 1, 0).as_result();
      REQUIRE_FALSE(late.has_value());
      CHECK(late.error().is(errc::deadline_exceeded));
      co_await holder.rollback();
      const auto stored = co_await db.one<std::int64_t>(count);
      CHECK(stored == 0);
    };
    with_group("late_group", body, {.units_max = 64, .commit_limit = 200ms});
  }

  TEST_CASE("a unit that keeps too much is refused, and a closed group takes none") {
    with_group("crowded", [](group_commit& group, pool& db) -> task<> {
      const auto body = [](unit& work) -> task<> {
        for (std::size_t at = 0; at <= postgres::unit_statements_max; ++at) {
          work.exec(insert, static_cast<std::int64_t>(at), std::int64_t{0});
        }
        co_return;
      };
      const auto refused = co_await group.run({}, body).as_result();
      REQUIRE_FALSE(refused.has_value());
      CHECK(refused.error().is(errc::limit_exceeded));
      co_await group.close();
      const auto closed = co_await store(group, 1, 0).as_result();
      REQUIRE_FALSE(closed.has_value());
      CHECK(closed.error().is(errc::closed));
      const auto stored = co_await db.one<std::int64_t>(count);
      CHECK(stored == 0);
    });
  }

  TEST_CASE("close() waits for bodies that run and for units that wait for their key") {
    with_group("closed_late", [](group_commit& group, pool& db) -> task<> {
      co_await store(group, 1, 0);
      manual_reset_event has_begun;
      manual_reset_event may_end;
      const auto slow = [&](group_commit& in) -> task<> {
        const auto body = [&](unit& work) -> task<> {
          has_begun.set();
          co_await may_end.wait();
          work.exec(set_value, std::int64_t{1}, std::int64_t{7});
        };
        co_await in.run("1", body);
      };
      bool is_closed = false;
      const auto close = [](group_commit& all, bool& done) -> task<> {
        co_await all.close();
        done = true;
      };
      scope events;
      events.spawn(slow(group));
      co_await has_begun.wait();
      events.spawn(add_one(group, 1));
      co_await yield();
      events.spawn(close(group, is_closed));
      events.spawn(close(group, is_closed));
      for (int turn = 0; turn < 10; ++turn) co_await yield();
      CHECK_FALSE(is_closed);
      const auto late = co_await store(group, 2, 0).as_result();
      REQUIRE_FALSE(late.has_value());
      CHECK(late.error().is(errc::closed));
      may_end.set();
      co_await events.join();
      CHECK(is_closed);
      const auto value = co_await db.one<std::int64_t>(value_of, std::int64_t{1});
      CHECK(value == 8);
    });
  }

  TEST_CASE("whatever fails beside it, who is told of a commit finds it stored, and nobody else") {
    with_group("mixed", [](group_commit& group, pool& db) -> task<> {
      detail::split_mix numbers(weir::test::seed());
      std::vector<int> told(400, 0);
      const auto one = [&](std::int64_t id, std::uint64_t kind) -> task<> {
        struct steps {
          static task<> run(group_commit& to, std::int64_t number, std::uint64_t how,
                            int& is_told) {
            const auto body = [number, how](unit& work) -> task<> {
              work.exec(insert, number, std::int64_t{0});
              if (how == 1) work.exec(insert, number, std::int64_t{1});
              if (how == 2) work.exec(insert_once, std::int64_t{7});
              if (how == 3) work.exec(stmt<"select 1 / $1::int">, 0);
              co_return;
            };
            const auto outcome = co_await to.run({}, body).as_result();
            is_told = outcome ? 1 : -1;
          }
        };
        return steps::run(group, id, kind, told[static_cast<std::size_t>(id)]);
      };
      scope events;
      for (std::int64_t id = 0; id < 400; ++id) events.spawn(one(id, numbers.next() % 16));
      co_await events.join();
      const auto stored = co_await db.query<std::int64_t>(
          stmt<"select id from items order by id", statement_kind::read>);
      std::vector<std::int64_t> expected;
      for (std::int64_t id = 0; id < 400; ++id) {
        if (told[static_cast<std::size_t>(id)] == 1) expected.push_back(id);
      }
      CHECK(stored == expected);
      CHECK(expected.size() > 200);
    });
  }
}
