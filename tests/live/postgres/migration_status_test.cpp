// SPDX-License-Identifier: Apache-2.0
#include "weir/postgres/migration_status.hpp"

#include "fixture.hpp"
#include "migration_directory.hpp"
#include "weir/postgres/migrations.hpp"

namespace {

using namespace weir;
using postgres::migration_state;
using postgres::pool;
using weir::test::migration_directory;
using weir::test::on_postgres;
using weir::test::options_for;
using statuses = std::vector<postgres::migration_status>;
using names = std::vector<std::string>;

constexpr auto tables = stmt<"select count(*) from pg_tables where schemaname = current_schema()">;

/// "0001_a.sql applied", as a program would print it.
names printed(const statuses& all) {
  names lines;
  for (const auto& one : all) lines.push_back(one.name + ' ' + std::string(to_string(one.state)));
  return lines;
}

task<> look_before_the_first(pool& db, const migration_directory& files) {
  files.write("0001_a.sql", "create table a (id int)");
  const statuses found = co_await postgres::status_of_migrations(db, files.path());
  CHECK(printed(found) == names{"0001_a.sql pending"});
  CHECK_FALSE(found.at(0).applied_at.has_value());
  const auto made = co_await db.one<std::int64_t>(tables);
  CHECK(made == 0);
}

task<> look_at_everything(pool& db, const migration_directory& files) {
  files.write("0001_a.sql", "create table a (id int)");
  files.write("0002_b.sql", "create table b (id int)");
  files.write("0003_c.sql", "create table c (id int)");
  files.write("0005_e.sql", "-- weir: no transaction\nselekt");
  const auto stopped = co_await postgres::migrate(db, files.path()).as_result();
  REQUIRE_FALSE(stopped.has_value());
  files.write("0002_b.sql", "create table b (id bigint)");
  files.remove("0003_c.sql");
  files.write("0004_d.sql", "create table d (id int)");
  files.write("0006_f.sql", "create table f (id int)");
  const statuses found = co_await postgres::status_of_migrations(db, files.path());
  const names expected{"0001_a.sql applied", "0002_b.sql changed",    "0003_c.sql missing",
                       "0004_d.sql late",    "0005_e.sql unfinished", "0006_f.sql pending"};
  CHECK(printed(found) == expected);
  const auto now = co_await db.one<timestamp>(stmt<"select now()">);
  REQUIRE(found.at(0).applied_at.has_value());
  CHECK(*found.at(0).applied_at <= now);
  REQUIRE(found.at(4).unfinished.has_value());
  CHECK(found.at(4).unfinished->find("in statement 1 of 1, at line 2") != std::string::npos);
  const auto made = co_await db.one<std::int64_t>(tables);
  CHECK(made == 4);
}

/// A table as earlier versions of weir made it.
constexpr auto old_table = stmt<
    "create table weir_migrations (version bigint primary key, name text not null, "
    "checksum text not null, applied_at timestamptz not null default now())">;
constexpr auto old_row = stmt<
    "insert into weir_migrations (version, name, checksum) values (1, '0001_a.sql', "
    "encode(sha256('select 1'), 'hex'))">;

task<> look_at_old_table(pool& db, const migration_directory& files) {
  files.write("0001_a.sql", "select 1");
  files.write("0002_b.sql", "-- weir: no transaction\nvacuum weir_migrations");
  co_await db.exec(old_table);
  co_await db.exec(old_row);
  const statuses found = co_await postgres::status_of_migrations(db, files.path());
  CHECK(printed(found) == names{"0001_a.sql applied", "0002_b.sql pending"});
  const names applied = co_await postgres::migrate(db, files.path());
  CHECK(applied == names{"0002_b.sql"});
}

}  // namespace

TEST_SUITE("postgres.migration_status") {
  TEST_CASE("where nothing was ever applied, all is pending and no table is made") {
    const migration_directory files;
    on_postgres(options_for("status_none"),
                [&files](pool& db) { return look_before_the_first(db, files); });
  }

  TEST_CASE("every file and every row is told, each with how it stands") {
    const migration_directory files;
    on_postgres(options_for("status_all"),
                [&files](pool& db) { return look_at_everything(db, files); });
  }

  TEST_CASE("a table of an earlier version is read, and brought up to date by the next migration") {
    const migration_directory files;
    on_postgres(options_for("status_old"),
                [&files](pool& db) { return look_at_old_table(db, files); });
  }
}
