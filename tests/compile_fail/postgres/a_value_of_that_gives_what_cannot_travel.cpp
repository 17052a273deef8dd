// SPDX-License-Identifier: Apache-2.0
// error: value_of<T>::to_value gives a type that has no PostgreSQL form itself
#include "weir/postgres/pool.hpp"

struct amount {
  unsigned cents = 0;
};
template <>
struct weir::postgres::value_of<amount> : weir::postgres::as_member<&amount::cents> {};
constexpr auto insert = weir::stmt<"insert into prices values ($1)">;
auto run(weir::postgres::pool& db) { return db.exec(insert, amount{}); }
