// SPDX-License-Identifier: Apache-2.0
#include "contests.hpp"
#include "on_pool.hpp"
#include "stock.hpp"
#include "unnest_upsert.hpp"
#include "weir/blocking.hpp"
#include "weir/postgres/bulk.hpp"
#include "weir/timeout.hpp"

namespace weir::bench {
namespace {

constexpr std::uint64_t rows_an_event = 4;  // a row of many is quicker than an event
constexpr double rate_reach = 0.9;

/// Half of the rows that a run stores, without a quantity.
std::string setup_of(std::uint64_t rows) {
  return "drop table if exists stock; "
         "create table stock(id bigint primary key, quantity integer not null, "
         "body text not null) with (autovacuum_enabled = false); "
         "insert into stock select id, 0, '' from generate_series(1, " +
         std::to_string(rows) + ", 2) as id";
}

/// The rows as they must be after.
std::string count_sql() {
  return "select count(*) from stock where quantity = 1 and length(body) = " +
         std::to_string(body_bytes);
}

constexpr auto stocks = postgres::table<stock, "stock">;
constexpr auto stock_by_id = stocks.on_conflict<"id">().do_update();

task<cost> store_all(postgres::pool& db, std::uint64_t rows) {
  stock_source source;
  const stopwatch watch;
  for (std::uint64_t stored = 0; stored < rows;) {
    const postgres::bulk_outcome done = co_await bulk_upsert(db, stock_by_id, source.next());
    stored += done.inserted + done.updated;
  }
  co_return watch.of(rows);
}

cost store_all_by_hand(const std::string& conninfo, std::uint64_t rows) {
  libpq_connection on(conninfo);
  unnest_upsert by_hand(on);
  stock_source source;
  const stopwatch watch;
  for (std::uint64_t stored = 0; stored < rows; stored += upsert_rows) by_hand.store(source.next());
  return watch.of(rows);
}

}  // namespace

contest bulk_upsert(const bench_place& at) {
  const std::uint64_t batches = (at.events * rows_an_event + upsert_rows - 1) / upsert_rows;
  const std::uint64_t rows = batches * upsert_rows;
  contest made{.name = "bulk upsert, 1000 rows a statement",
               .unit = "rows",
               .setup = setup_of(rows),
               .count = count_sql(),
               .operations = rows};
  const auto ours = [rows](postgres::pool& db) { return store_all(db, rows); };
  const auto by_hand = [on = at.conninfo, rows] { return store_all_by_hand(on, rows); };
  made.sides.push_back({"weir", [=] { return on_pool(at.conninfo, 1, ours); }});
  made.sides.push_back(
      {"libpq, unnest of binary arrays", [=] { return as_task(blocking(by_hand)); }, rate_reach});
  return made;
}

}  // namespace weir::bench
