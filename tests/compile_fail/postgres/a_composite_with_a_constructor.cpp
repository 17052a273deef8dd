// SPDX-License-Identifier: Apache-2.0
// error: as_composite is for a struct without constructors
#include "weir/postgres/pool.hpp"

class money {
 public:
  explicit money(int cents) : cents_(cents) {}

 private:
  int cents_;
};
template <>
struct weir::postgres::value_of<money> : weir::postgres::as_composite<money> {};
constexpr auto insert = weir::stmt<"insert into prices values ($1)">;
auto run(weir::postgres::pool& db) { return db.exec(insert, money(1)); }
