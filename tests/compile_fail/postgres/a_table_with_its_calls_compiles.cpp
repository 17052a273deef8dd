// SPDX-License-Identifier: Apache-2.0
// compiles
#include "weir/postgres/bulk.hpp"
#include "weir/postgres/copy.hpp"

struct stock {
  std::int64_t id;
  std::string name;
};
constexpr auto stocks = weir::postgres::table<stock, "stock">;
constexpr auto by_id = stocks.on_conflict<"id">().do_update<"name">();
constexpr auto if_new = stocks.on_conflict<"id", "name">().do_nothing();

weir::task<> run(weir::postgres::tx& work, weir::postgres::pool& db, std::vector<stock> rows) {
  co_await bulk_insert(work, stocks, rows);
  co_await bulk_upsert(work, by_id, rows);
  co_await bulk_upsert(db, if_new, rows, {.one_transaction = false});
  auto into = co_await copy_in(db, stocks);
  co_await into.write(rows.front());
  co_await into.finish();
  auto from = copy_out(work, stocks);
  while (auto row = co_await from.next()) rows.push_back(*row);
}
