// SPDX-License-Identifier: Apache-2.0
#include "fixture.hpp"
#include "migration_directory.hpp"
#include "weir/postgres/migrations.hpp"

namespace {

using namespace weir;
using postgres::pool;
using weir::test::migration_directory;
using weir::test::on_postgres;
using weir::test::options_for;
using names = std::vector<std::string>;

constexpr auto tables = stmt<"select count(*) from pg_tables where schemaname = current_schema()">;
const std::string mark = "-- weir: no transaction\n";

/// Tries, and checks that the number of tables is what it was.
task<result<std::vector<postgres::migration_trial>>> try_all(pool& db,
                                                             const migration_directory& files) {
  const auto before = co_await db.one<std::int64_t>(tables);
  auto tried = co_await postgres::try_migrations(db, files.path()).as_result();
  const auto after = co_await db.one<std::int64_t>(tables);
  CHECK(after == before);
  co_return tried;
}

task<> try_what_works(pool& db, const migration_directory& files) {
  for (int round = 0; round < 2; ++round) {
    const auto tried = co_await try_all(db, files);
    REQUIRE(tried.has_value());
    REQUIRE(tried->size() == 2);
    CHECK((*tried)[0].worked);
    CHECK((*tried)[1].worked);
    CHECK((*tried)[1].name == "0002_second.sql");
    CHECK((*tried)[1].not_tried.empty());
  }
  const names applied = co_await postgres::migrate(db, files.path());
  CHECK(applied.size() == 2);
  const auto nothing = co_await try_all(db, files);
  REQUIRE(nothing.has_value());
  CHECK(nothing->empty());
}

task<> check_refusal(pool& db, const migration_directory& files, std::string_view part) {
  const auto tried = co_await try_all(db, files);
  REQUIRE_FALSE(tried.has_value());
  CHECK(tried.error().disposition() == disposition::permanent);
  CHECK_MESSAGE(tried.error().message().find(part) != std::string::npos, tried.error().message());
}

task<> try_what_fails(pool& db, const migration_directory& files) {
  files.write("0002_bad.sql", "create table bad (id int);\nselect wrong from bad;");
  co_await check_refusal(db, files,
                         "0002_bad.sql failed, and nothing of it was applied; at line 2");
  // What it defers would fail the commit.
  files.write("0002_bad.sql",
              "create table child (id int references first deferrable initially deferred);\n"
              "insert into child values (7);");
  co_await check_refusal(db, files, "0002_bad.sql failed");
  const auto applied = co_await postgres::migrate(db, files.path()).as_result();
  REQUIRE_FALSE(applied.has_value());
  CHECK(applied.error().code() == postgres::sqlstate_code("23503"));
  CHECK(applied.error().message().find("0002_bad.sql failed") != std::string::npos);
  // Would end the trial's own transaction.
  files.write("0002_bad.sql", "create table ends (id int); commit;");
  co_await check_refusal(db, files, "begins or ends a transaction itself, at line 1");
}

task<> try_behind_untried(pool& db, const migration_directory& files) {
  const auto tried = co_await try_all(db, files);
  REQUIRE(tried.has_value());
  REQUIRE(tried->size() == 5);
  CHECK((*tried)[0].worked);
  CHECK_FALSE((*tried)[1].worked);
  CHECK((*tried)[1].not_tried.find("without a transaction") != std::string::npos);
  CHECK((*tried)[2].worked);
  CHECK_FALSE((*tried)[3].worked);
  CHECK((*tried)[3].not_tried.find("0002_index.sql was not tried") != std::string::npos);
  CHECK_FALSE((*tried)[4].worked);
  const names applied = co_await postgres::migrate(db, files.path());
  CHECK(applied.size() == 5);
}

task<> try_new_enum_value(pool& db, const migration_directory& files) {
  files.write("0001_colour.sql", "create type colour as enum ('red')");
  co_await postgres::migrate(db, files.path());
  files.write("0002_blue.sql", "alter type colour add value 'blue'");
  files.write("0003_use.sql", "create table painted (with_this colour default 'blue'::colour);");
  const auto tried = co_await try_all(db, files);
  REQUIRE(tried.has_value());
  REQUIRE(tried->size() == 2);
  CHECK((*tried)[0].worked);
  CHECK((*tried)[1].not_tried.find("not committed") != std::string::npos);
  const names applied = co_await postgres::migrate(db, files.path());
  CHECK(applied.size() == 2);
}

}  // namespace

TEST_SUITE("postgres.migration_trial") {
  TEST_CASE("a trial runs each pending file on those before it, and changes nothing") {
    const migration_directory files;
    files.write(
        "0001_first.sql",
        "create table first (id int primary key); select set_config('search_path', '', false)");
    files.write("0002_second.sql", "insert into first values (1)");
    on_postgres(options_for("tried"), [&files](pool& db) { return try_what_works(db, files); });
  }

  TEST_CASE("a trial finds what would fail, the commit included, and undoes the rest") {
    const migration_directory files;
    files.write("0001_first.sql", "create table first (id int primary key)");
    on_postgres(options_for("found"), [&files](pool& db) { return try_what_fails(db, files); });
  }

  TEST_CASE("what fails behind a file that cannot be tried is told as not tried") {
    const migration_directory files;
    files.write("0001_first.sql", "create table first (id int)");
    files.write("0002_index.sql", mark + "create unique index concurrently by_id on first (id)");
    files.write("0003_second.sql", "create table second (id int)");
    files.write("0004_unique.sql", "alter table first add unique using index by_id");
    files.write("0005_third.sql", "create table third (id int)");
    on_postgres(options_for("behind"),
                [&files](pool& db) { return try_behind_untried(db, files); });
  }

  TEST_CASE("what needs the files before it committed is told as not tried") {
    const migration_directory files;
    on_postgres(options_for("enum"), [&files](pool& db) { return try_new_enum_value(db, files); });
  }
}
