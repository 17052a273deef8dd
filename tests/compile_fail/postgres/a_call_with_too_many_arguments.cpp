// SPDX-License-Identifier: Apache-2.0
// error: the statement has another number of placeholders
#include "weir/postgres/pool.hpp"

constexpr auto insert = weir::stmt<"insert into items values ($1) -- $2">;
auto run(weir::postgres::pool& db) { return db.exec(insert, 1, 2); }
