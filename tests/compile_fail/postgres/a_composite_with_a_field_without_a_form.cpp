// SPDX-License-Identifier: Apache-2.0
// error: a field of a composite has no PostgreSQL form
#include "weir/postgres/pool.hpp"

struct money {
  int cents;
  unsigned fraction;
};
template <>
struct weir::postgres::value_of<money> : weir::postgres::as_composite<money> {};
constexpr auto insert = weir::stmt<"insert into prices values ($1)">;
auto run(weir::postgres::pool& db) { return db.exec(insert, money{}); }
