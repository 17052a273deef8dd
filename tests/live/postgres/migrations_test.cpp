// SPDX-License-Identifier: Apache-2.0
#include "weir/postgres/migrations.hpp"

#include "fixture.hpp"
#include "migration_directory.hpp"
#include "weir/scope.hpp"
#include "weir/when_all.hpp"
#include "weir/yield.hpp"

namespace {

using namespace weir;
using postgres::pool;
using weir::test::on_postgres;
using weir::test::options_for;
using weir::test::run_elsewhere;
using directory = weir::test::migration_directory;
using names = std::vector<std::string>;

/// A directory each, and what is said of it.
using refusals = std::vector<std::pair<const directory*, std::string>>;

constexpr auto tables = stmt<"select count(*) from pg_tables where schemaname = current_schema()">;

/// A file is cancelled while the server runs it.
task<> cancel_in_file(pool& db, const directory& files) {
  const std::string sleeps =
      "select exists (select from pg_stat_activity where wait_event = 'PgSleep')";
  scope cancelled;
  cancelled.spawn(weir::test::discard_value(postgres::migrate(db, files.path())));
  while (run_elsewhere(sleeps) == "f") co_await yield();
  co_await cancelled.close();
  // The statement has ended on the server, too.
  while (run_elsewhere(sleeps) == "t") co_await yield();
  const auto made = co_await db.one<std::int64_t>(tables);
  CHECK(made == 1);  // weir_migrations
  files.write("0001_slow.sql", "create table first (id int)");
  const names applied = co_await postgres::migrate(db, files.path());
  CHECK(applied == names{"0001_slow.sql"});
}

}  // namespace

TEST_SUITE("postgres.migrations") {
  TEST_CASE("files are applied once, in the order of their numbers") {
    const directory files;
    files.write("0002_second.sql", "insert into first values (2);\ninsert into first values (3);");
    files.write("0001_first.sql", "create table first (id int); -- ' a comment\n");
    files.write("README.md", "not a migration");
    on_postgres(options_for("migrated"), [&files](pool& db) -> task<> {
      struct steps {
        static task<> run(pool& db, const directory& files) {
          const names first = co_await postgres::migrate(db, files.path());
          CHECK(first == names{"0001_first.sql", "0002_second.sql"});
          const names second = co_await postgres::migrate(db, files.path());
          CHECK(second.empty());
          files.write("0010_third.sql", "insert into first values (4)");
          const names third = co_await postgres::migrate(db, files.path());
          CHECK(third == names{"0010_third.sql"});
          const auto rows = co_await db.one<std::int64_t>(stmt<"select count(*) from first">);
          CHECK(rows == 3);
        }
      };
      return steps::run(db, files);
    });
  }

  TEST_CASE("a broken file leaves nothing, keeps those before it, and names its line") {
    const directory files;
    files.write("0001_good.sql", "create table good (id int)");
    files.write("0002_bad.sql", "create table bad (id int);\n\nselect wrong from bad;");
    on_postgres(options_for("broken"), [&files](pool& db) -> task<> {
      struct steps {
        static task<> run(pool& db, const directory& files) {
          const auto outcome = co_await postgres::migrate(db, files.path()).as_result();
          REQUIRE_FALSE(outcome.has_value());
          CHECK(outcome.error().code() == postgres::sqlstate_code("42703"));
          CHECK(outcome.error().disposition() == disposition::permanent);
          CHECK(outcome.error().message().find("0002_bad.sql") != std::string::npos);
          CHECK(outcome.error().message().find("line 3") != std::string::npos);
          const auto made = co_await db.one<std::int64_t>(tables);
          CHECK(made == 2);  // weir_migrations and good
          files.write("0002_bad.sql", "create table bad (id int)");
          const names repaired = co_await postgres::migrate(db, files.path());
          CHECK(repaired == names{"0002_bad.sql"});
        }
      };
      return steps::run(db, files);
    });
  }

  TEST_CASE("a file that was changed after it had been applied is refused") {
    const directory files;
    files.write("0001_first.sql", "create table first (id int)");
    on_postgres(options_for("changed"), [&files](pool& db) -> task<> {
      struct steps {
        static task<> run(pool& db, const directory& files) {
          co_await postgres::migrate(db, files.path());
          files.write("0001_first.sql", "create table first (id bigint)");
          const auto outcome = co_await postgres::migrate(db, files.path()).as_result();
          REQUIRE_FALSE(outcome.has_value());
          CHECK(outcome.error().is(errc::conflict));
          CHECK(outcome.error().message().find("0001_first.sql was changed") != std::string::npos);
        }
      };
      return steps::run(db, files);
    });
  }

  TEST_CASE("a file whose number lies before one that was applied is refused") {
    const directory files;
    files.write("0005_first.sql", "create table first (id int)");
    on_postgres(options_for("late"), [&files](pool& db) -> task<> {
      struct steps {
        static task<> run(pool& db, const directory& files) {
          co_await postgres::migrate(db, files.path());
          files.write("0003_late.sql", "create table late (id int)");
          const auto outcome = co_await postgres::migrate(db, files.path()).as_result();
          REQUIRE_FALSE(outcome.has_value());
          CHECK(outcome.error().is(errc::conflict));
        }
      };
      return steps::run(db, files);
    });
  }

  TEST_CASE("a file that ends its transaction itself is refused") {
    const directory files;
    files.write("0001_commits.sql", "create table first (id int); commit;");
    on_postgres(options_for("commits"), [&files](pool& db) -> task<> {
      struct steps {
        static task<> run(pool& db, const directory& files) {
          const auto outcome = co_await postgres::migrate(db, files.path()).as_result();
          REQUIRE_FALSE(outcome.has_value());
          CHECK(outcome.error().message().find("COMMIT") != std::string::npos);
          CHECK(outcome.error().message().find("at line 1") != std::string::npos);
          const auto made = co_await db.one<std::int64_t>(tables);
          CHECK(made == 1);  // weir_migrations: not even what came before the COMMIT.
        }
      };
      return steps::run(db, files);
    });
  }

  TEST_CASE("names without a number, two of one number and no directory are refused") {
    const directory unnamed;
    unnamed.write("first.sql", "select 1");
    const directory twice;
    twice.write("0001_a.sql", "select 1");
    twice.write("01_b.sql", "select 1");
    on_postgres(options_for("names"), [&unnamed, &twice](pool& db) -> task<> {
      struct steps {
        static task<> run(pool& db, std::filesystem::path path, std::string_view expected) {
          const auto outcome = co_await postgres::migrate(db, path).as_result();
          REQUIRE_FALSE(outcome.has_value());
          CHECK(outcome.error().disposition() == disposition::permanent);
          CHECK(outcome.error().message().find(expected) != std::string::npos);
        }
        static task<> all(pool& db, const directory& unnamed, const directory& twice) {
          co_await run(db, unnamed.path(), "first.sql");
          co_await run(db, twice.path(), "same version");
          co_await run(db, twice.path() / "nowhere", "nowhere");
        }
      };
      return steps::all(db, unnamed, twice);
    });
  }

  TEST_CASE("what cannot be read to its end, and what is empty, is refused and not applied") {
    const directory folder;
    std::filesystem::create_directory(folder.path() / "0001_folder.sql");
    const directory broken;
    // The kernel answers a read at the start of this file with EIO.
    std::filesystem::create_symlink("/proc/self/mem", broken.path() / "0001_broken.sql");
    const directory gone;
    std::filesystem::create_symlink(gone.path() / "nowhere", gone.path() / "0001_gone.sql");
    const directory empty;
    empty.write("0001_empty.sql", "");
    const refusals cases{
        {&folder, "0001_folder.sql cannot be read to its end"},
        {&broken, "0001_broken.sql cannot be read to its end"},
        {&gone, "0001_gone.sql cannot be opened"},
        {&empty, "0001_empty.sql is empty"},
    };
    on_postgres(options_for("unreadable"), [&cases](pool& db) -> task<> {
      struct steps {
        static task<> run(pool& db, const refusals& cases) {
          for (const auto& one : cases) {
            CAPTURE(one.second);
            const auto outcome = co_await postgres::migrate(db, one.first->path()).as_result();
            REQUIRE_FALSE(outcome.has_value());
            CHECK(outcome.error().is(errc::invalid_argument));
            CHECK(outcome.error().disposition() == disposition::permanent);
            CHECK(outcome.error().message().find(one.second) != std::string::npos);
          }
          const auto made = co_await db.one<std::int64_t>(tables);
          CHECK(made == 0);
        }
      };
      return steps::run(db, cases);
    });
  }

  TEST_CASE("several that migrate at the same time apply each file once") {
    const directory files;
    for (int i = 1; i < 10; ++i) {
      const std::string number = std::to_string(i);
      files.write("000" + number + "_made.sql", "create table made_" + number + " (id int)");
    }
    on_postgres(options_for("together"), [&files](pool& db) -> task<> {
      struct steps {
        static task<> run(pool& db, const directory& files) {
          std::vector<task<names>> runs;
          for (int i = 0; i < 4; ++i) runs.push_back(postgres::migrate(db, files.path()));
          const auto done = co_await when_all(std::move(runs));
          std::size_t applied = 0;
          for (const names& one : done) applied += one.size();
          CHECK(applied == 9);
        }
      };
      return steps::run(db, files);
    });
  }

  TEST_CASE("a cancellation cancels the statement on the server and leaves nothing") {
    const directory files;
    files.write("0001_slow.sql", "create table first (id int); select pg_sleep(3600)");
    on_postgres(options_for("slow"), [&files](pool& db) { return cancel_in_file(db, files); });
  }
}
