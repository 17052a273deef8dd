// SPDX-License-Identifier: Apache-2.0
// error: is a view or a pointer, and a unit keeps the row
#include "weir/postgres/group_commit.hpp"

struct stock {
  std::int64_t id;
  std::optional<std::string_view> name;
};
constexpr auto stocks = weir::postgres::table<stock, "stock">;
auto run(weir::postgres::unit& work, const stock& row) { return work.insert(stocks, row); }
