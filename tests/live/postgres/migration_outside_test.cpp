// SPDX-License-Identifier: Apache-2.0
#include "fixture.hpp"
#include "migration_directory.hpp"
#include "weir/postgres/migrations.hpp"
#include "weir/scope.hpp"
#include "weir/when_all.hpp"
#include "weir/yield.hpp"

namespace {

using namespace weir;
using namespace std::chrono_literals;
using postgres::pool;
using weir::test::migration_directory;
using weir::test::on_postgres;
using weir::test::options_for;
using weir::test::run_elsewhere;
using names = std::vector<std::string>;

const std::string mark = "-- weir: no transaction\n";

constexpr auto count_valid =
    stmt<"select count(*) from pg_index where indrelid = to_regclass('items') and indisvalid">;
constexpr auto noted = stmt<"select unfinished from weir_migrations where version = 2">;

void write_items(const migration_directory& files) {
  files.write("0001_items.sql",
              "create table items (id int, name text);\n"
              "insert into items values (1, 'a'), (2, 'a');");
}

task<weir::error> refusal(pool& db, const migration_directory& files,
                          postgres::migration_options options = {}) {
  const auto outcome = co_await postgres::migrate(db, files.path(), options).as_result();
  REQUIRE_FALSE(outcome.has_value());
  co_return outcome.error();
}

bool says(const weir::error& failure, std::string_view part) {
  return failure.message().find(part) != std::string::npos;
}

task<> apply_concurrent_index(pool& db, const migration_directory& files) {
  const names applied = co_await postgres::migrate(db, files.path());
  CHECK(applied == names{"0001_items.sql", "0002_index.sql"});
  const auto valid = co_await db.one<std::int64_t>(count_valid);
  CHECK(valid == 2);
  const auto unfinished = co_await db.one<std::optional<std::string>>(noted);
  CHECK_FALSE(unfinished.has_value());
  const names again = co_await postgres::migrate(db, files.path());
  CHECK(again.empty());
  // What the file set for its session has gone with that.
  const auto path = co_await db.one<std::string>(stmt<"show search_path">);
  CHECK(path == "outside");
}

task<> stop_half_way(pool& db, const migration_directory& files) {
  const weir::error failed = co_await refusal(db, files);
  CHECK(failed.code() == postgres::sqlstate_code("23505"));
  CHECK(failed.disposition() == disposition::permanent);
  CHECK(says(failed, "0002_twice.sql"));
  CHECK(says(failed, "in statement 2 of 3, at line 4"));
  CHECK(says(failed, "delete from weir_migrations where version = 2"));
  const auto how_far = co_await db.one<std::optional<std::string>>(noted);
  REQUIRE(how_far.has_value());
  CHECK(how_far->find("in statement 2 of 3") != std::string::npos);
  // Also what would come behind it waits for a person.
  files.write("0003_more.sql", "create table more (id int)");
  const weir::error refused = co_await refusal(db, files);
  CHECK(refused.is(errc::conflict));
  CHECK(refused.disposition() == disposition::permanent);
  CHECK(says(refused, "is unfinished (in statement 2 of 3"));
  CHECK(says(refused, "set unfinished = null where version = 2"));
}

task<> resolve_by_undoing(pool& db, const migration_directory& files) {
  co_await stop_half_way(db, files);
  co_await db.exec(stmt<"drop index by_id, by_name">);
  co_await db.exec(stmt<"delete from weir_migrations where version = 2">);
  files.write("0002_twice.sql", mark + "create index concurrently by_name on items (name)");
  const names applied = co_await postgres::migrate(db, files.path());
  CHECK(applied == names{"0002_twice.sql", "0003_more.sql"});
}

task<> resolve_by_completing(pool& db, const migration_directory& files) {
  co_await stop_half_way(db, files);
  co_await db.exec(stmt<"update weir_migrations set unfinished = null where version = 2">);
  const names applied = co_await postgres::migrate(db, files.path());
  CHECK(applied == names{"0003_more.sql"});
}

/// Migrates over two pools at once: each builds an index without waiting for the other's wait.
task<> migrate_at_once(pool& db, postgres::pool_options options, const migration_directory& files) {
  auto other = [&db, &files](pool& second) -> task<> {
    struct steps {
      static task<> run(pool& first, pool& second, const migration_directory& files) {
        std::vector<task<names>> runs;
        for (int i = 0; i < 2; ++i) {
          runs.push_back(postgres::migrate(first, files.path()));
          runs.push_back(postgres::migrate(second, files.path()));
        }
        const auto done = co_await when_all(std::move(runs));
        std::size_t applied = 0;
        for (const names& one : done) applied += one.size();
        CHECK(applied == 5);
      }
    };
    return steps::run(db, second, files);
  };
  co_await weir::test::with_pool(std::move(options), other);
  const auto valid = co_await db.one<std::int64_t>(count_valid);
  CHECK(valid == 4);
}

task<> wait_for_holder(pool& db, const migration_directory& files) {
  postgres::transaction holder = co_await db.begin();
  const auto pid = co_await holder.one<std::int32_t>(stmt<"select pg_backend_pid()">);
  co_await holder.exec(stmt<"select pg_advisory_xact_lock($1)">, std::int64_t{0x776569726d696772});
  const weir::error held = co_await refusal(db, files, {.lock_timeout = 50ms});
  CHECK(held.is(errc::unavailable));
  CHECK(held.disposition() == disposition::retry);
  CHECK(says(held, "server process " + std::to_string(pid)));
  CHECK(says(held, "application \"weir\""));
  co_await holder.rollback();
  const names applied = co_await postgres::migrate(db, files.path());
  CHECK(applied == names{"0001_items.sql"});
}

task<> cancel_in_statement(pool& db, const migration_directory& files) {
  const std::string sleeps =
      "select exists (select from pg_stat_activity where wait_event = 'PgSleep')";
  scope cancelled;
  cancelled.spawn(weir::test::discard_value(postgres::migrate(db, files.path())));
  while (run_elsewhere(sleeps) == "f") co_await yield();
  co_await cancelled.close();
  // The statement has ended on the server, too.
  while (run_elsewhere(sleeps) == "t") co_await yield();
  const auto how_far = co_await db.one<std::optional<std::string>>(noted);
  REQUIRE(how_far.has_value());
  CHECK(how_far->find("in statement 1 of 1") != std::string::npos);
  const weir::error refused = co_await refusal(db, files);
  CHECK(refused.is(errc::conflict));
  CHECK(db.stats().waiting == 0);
}

task<> lose_connection(pool& db, const migration_directory& files) {
  const weir::error lost = co_await refusal(db, files);
  CHECK(lost.disposition() == disposition::permanent);
  CHECK(says(lost, "in statement 2 of 2"));
  const weir::error refused = co_await refusal(db, files);
  CHECK(refused.is(errc::conflict));
  const auto works = co_await db.one<std::int32_t>(stmt<"select 1">);
  CHECK(works == 1);
}

}  // namespace

TEST_SUITE("postgres.migration_outside") {
  TEST_CASE("a file without a transaction runs its statements one at a time, outside of one") {
    const migration_directory files;
    write_items(files);
    files.write("0002_index.sql", mark +
                                      "set search_path to outside, public;\n"
                                      "create index concurrently by_id on items (id);\n"
                                      "/* ; */ create index concurrently by_name on items (name);\n"
                                      "vacuum items;");
    on_postgres(options_for("outside"),
                [&files](pool& db) { return apply_concurrent_index(db, files); });
  }

  TEST_CASE("one that fails half-way is unfinished until a person has undone or completed it") {
    const migration_directory undone;
    const migration_directory completed;
    for (const migration_directory* files : {&undone, &completed}) {
      write_items(*files);
      files->write("0002_twice.sql",
                   mark +
                       "create index concurrently by_id on items (id);\n\n"
                       "create unique index concurrently by_name on items (name);\n"
                       "select 1;");
    }
    on_postgres(options_for("half_way"),
                [&undone](pool& db) { return resolve_by_undoing(db, undone); });
    on_postgres(options_for("half_way"),
                [&completed](pool& db) { return resolve_by_completing(db, completed); });
  }

  TEST_CASE("programs that build indexes at the same time do not wait for each other in a circle") {
    const migration_directory files;
    write_items(files);
    for (int i = 2; i < 6; ++i) {
      const std::string number = std::to_string(i);
      files.write("000" + number + "_index.sql",
                  mark + "create index concurrently index_" + number + " on items (id)");
    }
    const postgres::pool_options options = options_for("at_once");
    on_postgres(options,
                [&files, options](pool& db) { return migrate_at_once(db, options, files); });
  }

  TEST_CASE("a lock that is held for too long is told with who holds it") {
    const migration_directory files;
    write_items(files);
    on_postgres(options_for("held"), [&files](pool& db) { return wait_for_holder(db, files); });
  }

  TEST_CASE("a cancellation cancels the statement on the server, and the file is unfinished") {
    const migration_directory files;
    write_items(files);
    files.write("0002_slow.sql", mark + "select pg_sleep(3600)");
    on_postgres(options_for("stopped"),
                [&files](pool& db) { return cancel_in_statement(db, files); });
  }

  TEST_CASE("a connection that is lost within a statement leaves the file unfinished") {
    const migration_directory files;
    write_items(files);
    files.write("0002_lost.sql", mark +
                                     "create index concurrently by_id on items (id);\n"
                                     "select pg_terminate_backend(pg_backend_pid());");
    on_postgres(options_for("lost"), [&files](pool& db) { return lose_connection(db, files); });
  }

  TEST_CASE("a pool of one connection is told that it needs two, and nothing is noted") {
    const migration_directory files;
    write_items(files);
    files.write("0002_index.sql", mark + "create index concurrently by_id on items (id)");
    postgres::pool_options options = options_for("alone");
    options.max_connections = 1;
    options.acquire_timeout = 1s;
    on_postgres(options, [&files](pool& db) -> task<> {
      struct steps {
        static task<> run(pool& db, const migration_directory& files) {
          const weir::error refused = co_await refusal(db, files);
          CHECK(refused.is(errc::invalid_argument));
          CHECK(says(refused, "max_connections of 2"));
          const auto rows =
              co_await db.one<std::int64_t>(stmt<"select count(*) from weir_migrations">);
          CHECK(rows == 1);
        }
      };
      return steps::run(db, files);
    });
  }

  TEST_CASE("a first line that is nearly the mark is refused") {
    const migration_directory files;
    files.write("0001_typing.sql", "-- weir: no transactions\nselect 1");
    on_postgres(options_for("typing"), [&files](pool& db) -> task<> {
      struct steps {
        static task<> run(pool& db, const migration_directory& files) {
          const weir::error refused = co_await refusal(db, files);
          CHECK(refused.is(errc::invalid_argument));
          CHECK(says(refused, "\"-- weir: no transaction\""));
        }
      };
      return steps::run(db, files);
    });
  }
}
