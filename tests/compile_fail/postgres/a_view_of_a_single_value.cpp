// SPDX-License-Identifier: Apache-2.0
// error: a field that is read is a view or a pointer
#include "weir/postgres/transaction.hpp"

constexpr auto find = weir::stmt<"select name from stock">;
auto run(weir::postgres::tx& db) { return db.one<std::string_view>(find); }
