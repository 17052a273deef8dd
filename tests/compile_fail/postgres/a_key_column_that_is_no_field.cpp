// SPDX-License-Identifier: Apache-2.0
// error: a column is named that is no field
#include "weir/postgres/bulk.hpp"

struct stock {
  std::int64_t id;
  std::string name;
};
constexpr auto stocks = weir::postgres::table<stock, "stock">;
constexpr auto target = stocks.on_conflict<"number">();
