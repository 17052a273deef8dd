// SPDX-License-Identifier: Apache-2.0
// error: as_enum is for an enum class
#include "weir/postgres/pool.hpp"

enum colour { red, blue };
template <>
struct weir::postgres::value_of<colour> : weir::postgres::as_enum<colour> {};
constexpr auto insert = weir::stmt<"insert into paints values ($1)">;
auto run(weir::postgres::pool& db) { return db.exec(insert, red); }
