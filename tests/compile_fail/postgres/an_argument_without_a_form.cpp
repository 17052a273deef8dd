// SPDX-License-Identifier: Apache-2.0
// error: an argument's type has no PostgreSQL form
#include "weir/postgres/pool.hpp"

struct money {
  int cents;
};
constexpr auto insert = weir::stmt<"insert into items values ($1)">;
auto run(weir::postgres::pool& db, const money& price) { return db.exec(insert, price); }
