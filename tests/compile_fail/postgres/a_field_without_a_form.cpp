// SPDX-License-Identifier: Apache-2.0
// error: a field's type has no PostgreSQL form
#include "weir/postgres/pool.hpp"

struct money {
  int cents;
};
struct order {
  std::int64_t id;
  money price;
};
constexpr auto find = weir::stmt<"select id, price from orders">;
auto run(weir::postgres::pool& db) { return db.query<order>(find); }
