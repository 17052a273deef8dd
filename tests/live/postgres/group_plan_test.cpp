// SPDX-License-Identifier: Apache-2.0
#include "group_fixture.hpp"
#include "weir/scope.hpp"

namespace {

using namespace weir;
using postgres::group_commit;
using postgres::pool;
using postgres::statement_kind;
using postgres::unit;
using weir::test::run_elsewhere;
using weir::test::with_group;

struct item {
  std::int64_t id = 0;
  std::int64_t value = 0;
};
constexpr auto items = postgres::table<item, "items">;
constexpr auto item_by_id = items.on_conflict<"id">().do_update();

constexpr auto set_value = stmt<"update items set value = $2 where id = $1">;
constexpr auto add_entry = stmt<"insert into entries (what) values ($1)">;
constexpr auto value_of = stmt<"select value from items where id = $1", statement_kind::read>;
constexpr auto entries =
    stmt<"select string_agg(what, ' ' order by n) from entries", statement_kind::read>;

void make_entries(const std::string& schema) {
  run_elsewhere("create table " + schema + ".entries (n bigserial, what text)");
}

struct sighting {
  std::int64_t id = 0;
  std::int64_t first = 0;
  std::int64_t last = 0;
};
constexpr auto sightings = postgres::table<sighting, "sightings">;
constexpr auto sighting_by_id = sightings.on_conflict<"id">().do_update<"last">();
constexpr auto sighting_if_new = sightings.on_conflict<"id">().do_nothing();

struct letter {
  std::int64_t id = 0;
  std::string text;
};
constexpr auto letters = postgres::table<letter, "letters">;

/// Ends at once, so that units which are spawned together end in the order of their spawning.
template <class Keep>
task<> keep(group_commit& group, Keep what) {
  const auto body = [what](unit& work) -> task<> {
    what(work);
    co_return;
  };
  co_await group.run({}, body);
}

/// Notes each statement that stores items, by its number of rows.
void note_statements(const std::string& schema) {
  run_elsewhere("create table " + schema + ".noted (n bigserial, rows bigint)");
  run_elsewhere("create function " + schema +
                ".note() returns trigger language plpgsql as 'begin insert into " + schema +
                ".noted (rows) select count(*) from fresh; return null; end'");
  run_elsewhere("create trigger noted after insert on " + schema +
                ".items referencing new table as fresh for each statement execute function " +
                schema + ".note()");
}
constexpr auto noted =
    stmt<"select string_agg(rows::text, ' ' order by n) from noted", statement_kind::read>;

}  // namespace

TEST_SUITE("postgres.group_plan") {
  TEST_CASE("the row of a later unit is not overtaken by one of an earlier unit for its table") {
    with_group("plan_rows", [](group_commit& group, pool& db) -> task<> {
      make_entries("plan_rows");
      scope events;
      events.spawn(keep(group, [](unit& work) { work.upsert(item_by_id, {1, 1}); }));
      events.spawn(keep(group, [](unit& work) {
        work.exec(add_entry, "second");
        work.upsert(item_by_id, {1, 2});
      }));
      events.spawn(keep(group, [](unit& work) {
        work.upsert(item_by_id, {1, 3});
        work.exec(add_entry, "third");
      }));
      co_await events.join();
      const auto value = co_await db.one<std::int64_t>(value_of, std::int64_t{1});
      CHECK(value == 3);
      const auto told = co_await db.one<std::string>(entries);
      CHECK(told == "second third");
    });
  }

  TEST_CASE("rows for one table keep their order although they are stored in two ways") {
    with_group("plan_ways", [](group_commit& group, pool& db) -> task<> {
      scope events;
      events.spawn(keep(group, [](unit& work) { work.upsert(item_by_id, {1, 1}); }));
      events.spawn(keep(group, [](unit& work) { work.insert(items, {2, 2}); }));
      events.spawn(keep(group, [](unit& work) { work.upsert(item_by_id, {2, 3}); }));
      co_await events.join();
      const auto value = co_await db.one<std::int64_t>(value_of, std::int64_t{2});
      CHECK(value == 3);
    });
  }

  TEST_CASE("a row comes behind what its own unit has kept before") {
    with_group("plan_unit", [](group_commit& group, pool& db) -> task<> {
      scope events;
      events.spawn(keep(group, [](unit& work) { work.upsert(item_by_id, {7, 70}); }));
      for (std::int64_t id = 1; id <= 5; ++id) {
        events.spawn(keep(group, [id](unit& work) {
          work.upsert(item_by_id, {id, 1});
          work.exec(set_value, id, std::int64_t{2});
          work.upsert(item_by_id, {id + 100, 1});
          work.exec(set_value, id + 100, std::int64_t{2});
        }));
      }
      co_await events.join();
      const auto right = co_await db.one<std::int64_t>(
          stmt<"select count(*) from items where value = 2", statement_kind::read>);
      CHECK(right == 10);
    });
  }

  TEST_CASE("a row that updates some columns keeps what an earlier unit's row has inserted") {
    with_group("plan_parts", [](group_commit& group, pool& db) -> task<> {
      run_elsewhere(
          "create table plan_parts.sightings (id bigint primary key, first bigint, last bigint)");
      scope events;
      for (std::int64_t at = 1; at <= 6; ++at) {
        events.spawn(keep(group, [at](unit& work) {
          work.upsert(sighting_by_id, {at % 2, at, at});
          if (at == 2) work.upsert(sighting_by_id, {7, 70, 70});
          if (at == 2) work.upsert(sighting_by_id, {7, 71, 71});
          if (at == 5) work.upsert(sighting_if_new, {7, 72, 72});
        }));
      }
      co_await events.join();
      const auto found = co_await db.query<sighting>(
          stmt<"select * from sightings order by id", statement_kind::read>);
      REQUIRE(found.size() == 3);
      CHECK(found[0].first == 2);
      CHECK(found[0].last == 6);
      CHECK(found[1].first == 1);
      CHECK(found[1].last == 5);
      CHECK(found[2].first == 70);
      CHECK(found[2].last == 71);
    });
  }

  TEST_CASE("the rows that a unit keeps count as its bytes") {
    with_group("plan_crowded", [](group_commit& group, pool&) -> task<> {
      std::size_t kept = 0;
      const auto crowd = [&kept](unit& work) {
        for (; kept < postgres::unit_statements_max; ++kept) {
          work.insert(letters, {static_cast<std::int64_t>(kept), std::string(1 << 20, 'x')});
        }
      };
      const auto refused = co_await keep(group, crowd).as_result();
      REQUIRE_FALSE(refused.has_value());
      CHECK(refused.error().is(errc::limit_exceeded));
      CHECK(kept == postgres::unit_bytes_max >> 20);
    });
  }

  TEST_CASE("units whose rows are large share no commit, and rows of many bytes are all stored") {
    with_group("plan_large", [](group_commit& group, pool& db) -> task<> {
      run_elsewhere("create table plan_large.letters (id bigint primary key, text text)");
      scope events;
      for (std::int64_t first = 0; first < 50; first += 10) {
        events.spawn(keep(group, [first](unit& work) {
          for (std::int64_t id = first; id < first + 10; ++id) {
            work.insert(letters, {id, std::string(1 << 20, 'x')});
          }
        }));
      }
      co_await events.join();
      const auto stored = co_await db.one<std::int64_t>(
          stmt<"select sum(length(text))::bigint from letters", statement_kind::read>);
      CHECK(stored == std::int64_t{50} << 20);
      const auto commits = co_await db.one<std::int64_t>(
          stmt<"select count(distinct xmin::text) from letters", statement_kind::read>);
      CHECK(commits == 5);
    });
  }

  TEST_CASE("a unit of one row that is larger than all bounds is stored") {
    with_group("plan_huge", [](group_commit& group, pool& db) -> task<> {
      run_elsewhere("create table plan_huge.letters (id bigint primary key, text text)");
      const std::size_t size = postgres::enqueued_bytes_max - (std::size_t{1} << 20);
      const std::string text(size, 'x');
      scope events;
      for (std::int64_t id = 0; id < 3; ++id) {
        events.spawn(keep(group, [id, &text](unit& work) { work.insert(letters, {id, text}); }));
      }
      co_await events.join();
      const auto stored = co_await db.one<std::int64_t>(
          stmt<"select sum(length(text))::bigint from letters", statement_kind::read>);
      CHECK(stored == 3 * static_cast<std::int64_t>(size));
    });
  }

  TEST_CASE("the first rows of all units go in one statement, whatever the units do then") {
    with_group("plan_merged", [](group_commit& group, pool& db) -> task<> {
      make_entries("plan_merged");
      note_statements("plan_merged");
      scope events;
      for (std::int64_t id = 1; id <= 10; ++id) {
        events.spawn(keep(group, [id](unit& work) {
          work.insert(items, {id, id});
          work.exec(add_entry, std::to_string(id));
        }));
      }
      co_await events.join();
      const auto rows = co_await db.one<std::string>(noted);
      CHECK(rows == "10");
      const auto told = co_await db.one<std::string>(entries);
      CHECK(told == "1 2 3 4 5 6 7 8 9 10");
    });
  }
}
