// SPDX-License-Identifier: Apache-2.0
// error: struct has no PostgreSQL form
#include "weir/postgres/bulk.hpp"

struct stock {
  std::int64_t id;
  unsigned left;
};
constexpr auto stocks = weir::postgres::table<stock, "stock">;
auto run(weir::postgres::tx& db, const std::vector<stock>& rows) {
  return bulk_insert(db, stocks, rows);
}
