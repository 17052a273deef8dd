// SPDX-License-Identifier: Apache-2.0
// error: a field's type has no PostgreSQL form
#include "weir/postgres/pool.hpp"

constexpr auto find = weir::stmt<"select id, price from orders">;
using row = std::tuple<std::int64_t, std::uint64_t>;
auto run(weir::postgres::pool& db) { return db.one<row>(find); }
