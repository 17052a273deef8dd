// SPDX-License-Identifier: Apache-2.0
// error: a key column may be NULL
#include "weir/postgres/bulk.hpp"

struct stock {
  std::optional<std::int64_t> id;
  std::string name;
};
constexpr auto stocks = weir::postgres::table<stock, "stock">;
constexpr auto target = stocks.on_conflict<"id">();
