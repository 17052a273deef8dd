// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "fixture.hpp"

namespace {

using namespace weir;
using weir::test::on_postgres;
using weir::test::options_for;

constexpr auto insert = stmt<"insert into items values ($1, $2)">;
constexpr auto count = stmt<"select count(*) from items", postgres::statement_kind::read>;

}  // namespace

TEST_SUITE("postgres.transaction") {
  TEST_CASE("what is enqueued and committed is stored") {
    on_postgres(options_for("enqueued"), [](postgres::pool& db) -> task<> {
      co_await db.exec(stmt<"create table items (id bigint primary key, name text)">);
      co_await db.transaction([](postgres::tx& work) -> task<> {
        for (std::int64_t i = 0; i < 64; ++i) work.enqueue(insert, i, "name");
        co_return;
      });
      const auto found = co_await db.one<std::int64_t>(count);
      CHECK(found == 64);
    });
  }
}
