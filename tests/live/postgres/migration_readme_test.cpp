// SPDX-License-Identifier: Apache-2.0
// The code that sdk/README.md quotes about migrations, run.
#include <iostream>
#include <sstream>

#include "fixture.hpp"
#include "migration_directory.hpp"
#include "weir/postgres/migrations.hpp"

namespace {

namespace postgres = weir::postgres;

weir::task<> look(postgres::pool& db, const std::filesystem::path& directory) {
  const auto found = co_await postgres::status_of_migrations(db, directory);
  for (const auto& one : found) std::cout << one.name << ": " << to_string(one.state) << '\n';
  const auto tried = co_await postgres::try_migrations(db, directory);
  for (const auto& one : tried)
    std::cout << one.name << (one.worked ? " would work" : ": " + one.not_tried) << '\n';
}

}  // namespace

TEST_SUITE("postgres.migration_readme") {
  TEST_CASE("what the README shows works") {
    const weir::test::migration_directory files;
    files.write("0001_orders.sql", "create table orders (id bigint)");
    std::ostringstream printed;
    std::streambuf* const usual = std::cout.rdbuf(printed.rdbuf());
    struct at_end {
      std::streambuf* usual;
      ~at_end() { std::cout.rdbuf(usual); }
    } const restored{usual};
    weir::test::on_postgres(weir::test::options_for("readme"),
                            [&files](postgres::pool& db) { return look(db, files.path()); });
    CHECK(printed.str() == "0001_orders.sql: pending\n0001_orders.sql would work\n");
  }
}
