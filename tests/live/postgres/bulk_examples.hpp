// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "stock.hpp"
#include "weir/postgres/bulk.hpp"
#include "weir/postgres/copy.hpp"

// Rows in bulk, as sdk/README.md shows them.

namespace shop {

/// Stores a delivery; gives the names of what was not in stock before.
inline weir::task<std::vector<std::string>> store(weir::postgres::pool& db,
                                                  std::span<const stock> delivery) {
  const auto done = co_await bulk_upsert(db, stock_by_id, delivery);
  std::vector<std::string> fresh;
  for (std::size_t at = 0; at < delivery.size(); ++at) {
    if (done.rows[at] == weir::postgres::row_outcome::inserted) fresh.push_back(delivery[at].name);
  }
  co_return fresh;
}

/// Replaces the whole table, batch by batch, in one transaction.
inline weir::task<> replace_all(weir::postgres::tx& db, weir::stream<std::vector<stock>> batches) {
  co_await db.exec(weir::stmt<"delete from stock">);
  auto rows = co_await copy_in(db, stocks);
  while (auto batch = co_await batches.next()) co_await rows.write(*batch);
  co_await rows.finish();
}

/// Adds up a table of any size in memory that does not grow.
inline weir::task<std::int64_t> count_all(weir::postgres::pool& db) {
  std::int64_t total = 0;
  auto rows = copy_out(db, stocks);
  while (auto row = co_await rows.next()) total += row->left.value_or(0);
  co_return total;
}

}  // namespace shop
