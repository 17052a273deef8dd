// SPDX-License-Identifier: Apache-2.0
// error: a field that is read is a view or a pointer
#include "weir/postgres/transaction.hpp"

struct stock {
  std::int64_t id;
  std::optional<std::string_view> name;
};
constexpr auto find = weir::stmt<"select * from stock">;
auto run(weir::postgres::tx& db) { return db.query<stock>(find); }
