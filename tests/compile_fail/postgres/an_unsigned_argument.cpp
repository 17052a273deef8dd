// SPDX-License-Identifier: Apache-2.0
// error: an argument's type has no PostgreSQL form
#include "weir/postgres/transaction.hpp"

constexpr auto insert = weir::stmt<"insert into items values ($1)">;
auto run(weir::postgres::tx& db) { return db.enqueue(insert, 1u); }
