// SPDX-License-Identifier: Apache-2.0
#include "weir/postgres/check_statements.hpp"

#include "fixture.hpp"

namespace {

using namespace weir;
using postgres::check_statements;
using postgres::pool;
using postgres::statement_fault;
using postgres::statement_kind;
using weir::test::on_postgres;
using weir::test::options_for;

struct parcel {
  std::int64_t id = 0;
  std::string address;
  std::optional<weir::timestamp> sent;
};

constexpr auto make_parcels =
    stmt<"create table checked_parcels (id bigint primary key, address text, sent timestamptz)",
         statement_kind::write, "checked_make">;
constexpr auto find = stmt<"select id, address, sent from checked_parcels where id = $1",
                           statement_kind::read, "checked_find">;
constexpr auto send = stmt<"update checked_parcels set sent = $2 where id = $1",
                           statement_kind::write, "checked_send">;
constexpr auto count =
    stmt<"select count(*) from checked_parcels", statement_kind::read, "checked_count">;

/// Statements are found because they are used somewhere; this is never run.
[[maybe_unused]] task<> use_all(pool& db) {
  co_await db.maybe<parcel>(find, std::int64_t{1});
  co_await db.exec(send, std::int64_t{1}, weir::timestamp());
  co_await db.one<std::int64_t>(count);
}

/// What is at fault of this file's statements; others of the program need tables of their own.
std::vector<statement_fault> own(std::vector<statement_fault> all) {
  std::erase_if(all, [](const auto& one) { return !one.name.starts_with("checked_"); });
  return all;
}

}  // namespace

TEST_SUITE("postgres.check_statements") {
  TEST_CASE("statements that fit the database are not at fault") {
    on_postgres(options_for("fitting"), [](pool& db) -> task<> {
      co_await db.exec(make_parcels);
      auto faults = co_await check_statements(db);
      CHECK(own(std::move(faults)).empty());
      CHECK(db.stats().idle == 1);
      const auto stored = co_await db.one<std::int64_t>(count);
      CHECK(stored == 0);
    });
  }

  TEST_CASE("a missing table, a renamed column and another type are told, each with its reason") {
    on_postgres(options_for("unfit"), [](pool& db) -> task<> {
      auto faults = own(co_await check_statements(db));
      CHECK(faults.size() == 3);
      REQUIRE_FALSE(faults.empty());
      CHECK(faults[0].name == "checked_count");
      CHECK(faults[0].why.find("\"checked_parcels\" does not exist (SQLSTATE 42P01)") !=
            std::string::npos);
      co_await db.exec(make_parcels);
      co_await db.exec(stmt<"alter table checked_parcels alter column address type int using 1">);
      co_await db.exec(stmt<"alter table checked_parcels rename sent to departed">);
      faults = own(co_await check_statements(db));
      REQUIRE(faults.size() == 2);
      CHECK(faults[0].name == "checked_find");
      CHECK(faults[0].why.find("column \"sent\" does not exist") != std::string::npos);
      CHECK(faults[1].name == "checked_send");
      co_await db.exec(stmt<"alter table checked_parcels rename departed to sent">);
      faults = own(co_await check_statements(db));
      REQUIRE(faults.size() == 1);
      CHECK(faults[0].name == "checked_find");
      CHECK(faults[0].why.find("\"address\"") != std::string::npos);
      const std::string report = to_string(faults);
      CHECK(report.starts_with("1. checked_find: "));
      CHECK(report.find("in: select id, address, sent") != std::string::npos);
    });
  }

  TEST_CASE("a parameter of a type that the statement cannot take is at fault") {
    on_postgres(options_for("parameters"), [](pool& db) -> task<> {
      co_await db.exec(
          stmt<"create table checked_parcels (id uuid, address text, sent timestamptz)",
               statement_kind::write, "checked_other">);
      const auto faults = own(co_await check_statements(db));
      bool is_told = false;
      for (const auto& one : faults) {
        is_told = is_told || (one.name == "checked_send" &&
                              one.why.find("uuid = bigint") != std::string::npos);
      }
      CHECK(is_told);
    });
  }
}
