// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "contests.hpp"
#include "on_pool.hpp"
#include "psql_copy.hpp"
#include "servers/sandbox.hpp"
#include "stock.hpp"
#include "weir/postgres/copy.hpp"

namespace weir::bench {
namespace {

constexpr std::uint64_t rows_an_event = 8;  // a row of many is quicker than an event
constexpr double rate_reach = 0.9;
constexpr const char* setup_sql =
    "drop table if exists copied; create table copied(id bigint primary key, quantity integer not "
    "null, body text not null) with (autovacuum_enabled = false)";

/// The rows as they must be after.
std::string count_sql() {
  return "select count(*) from copied where quantity = 1 and length(body) = " +
         std::to_string(body_bytes);
}

constexpr auto copied = postgres::table<stock, "copied">;

task<cost> copy_all(postgres::pool& db, std::uint64_t rows) {
  stock_source source;
  const stopwatch watch;
  auto into = co_await copy_in(db, copied);
  for (std::uint64_t written = 0; written < rows; written += upsert_rows) {
    co_await into.write(source.next());
  }
  co_await into.finish();
  co_return watch.of(rows);
}

}  // namespace

contest copy_rows(const bench_place& at) {
  const std::uint64_t batches = (at.events * rows_an_event + upsert_rows - 1) / upsert_rows;
  const std::uint64_t rows = batches * upsert_rows;
  contest made{.name = "COPY in the binary format",
               .unit = "rows",
               .setup = setup_sql,
               .count = count_sql(),
               .operations = rows};
  const auto ours = [rows](postgres::pool& db) { return copy_all(db, rows); };
  made.sides.push_back({"weir", [=] { return on_pool(at.conninfo, 1, ours); }});
  if (!at.psql.empty()) {
    const auto prepared = std::make_shared<servers::sandbox>("copy");
    const auto file = prepared->path() / "rows";
    write_copy_file(file, rows);
    made.sides.push_back({"psql, \\copy from a file",
                          [at, rows, prepared, file] { return run_psql_copy(at, file, rows); },
                          rate_reach});
  }
  return made;
}

}  // namespace weir::bench
