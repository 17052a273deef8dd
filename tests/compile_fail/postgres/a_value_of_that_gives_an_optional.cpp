// SPDX-License-Identifier: Apache-2.0
// error: value_of<T>::to_value gives an optional
#include "weir/postgres/pool.hpp"

struct note {
  std::optional<std::string> text;
};
template <>
struct weir::postgres::value_of<note> : weir::postgres::as_member<&note::text> {};
constexpr auto insert = weir::stmt<"insert into notes values ($1)">;
auto run(weir::postgres::pool& db) { return db.exec(insert, note{}); }
