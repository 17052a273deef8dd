// SPDX-License-Identifier: Apache-2.0
// error: the statement has another number of placeholders
#include "weir/postgres/transaction.hpp"

constexpr auto insert = weir::stmt<"insert into items values ($1, $2)">;
auto run(weir::postgres::tx& db) { return db.enqueue(insert, 1); }
