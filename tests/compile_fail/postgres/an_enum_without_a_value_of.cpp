// SPDX-License-Identifier: Apache-2.0
// error: a type of your own with a weir::postgres::value_of
#include "weir/postgres/pool.hpp"

enum class colour { red, blue };
constexpr auto insert = weir::stmt<"insert into paints values ($1)">;
auto run(weir::postgres::pool& db) { return db.exec(insert, colour::red); }
