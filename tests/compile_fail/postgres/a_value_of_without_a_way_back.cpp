// SPDX-License-Identifier: Apache-2.0
// error: value_of<T>::from_value does not take what to_value gives
#include "weir/postgres/pool.hpp"

struct amount {
  std::int64_t cents = 0;
};
template <>
struct weir::postgres::value_of<amount> {
  static std::int64_t to_value(const amount& from) { return from.cents; }
};
constexpr auto find = weir::stmt<"select price from prices">;
auto run(weir::postgres::pool& db) { return db.one<amount>(find); }
