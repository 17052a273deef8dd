// SPDX-License-Identifier: Apache-2.0
// error: a statement has at most 65535 parameters
#include "weir/postgres/pool.hpp"

constexpr auto find = weir::stmt<"select $65536">;
auto run(weir::postgres::pool& db) { return db.exec(find, 1); }
