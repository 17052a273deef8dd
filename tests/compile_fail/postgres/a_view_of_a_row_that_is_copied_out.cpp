// SPDX-License-Identifier: Apache-2.0
// error: a field that is read is a view or a pointer
#include "weir/postgres/copy.hpp"

struct stock {
  std::int64_t id;
  std::string_view name;
};
constexpr auto stocks = weir::postgres::table<stock, "stock">;
auto run(weir::postgres::pool& db) { return copy_out(db, stocks); }
