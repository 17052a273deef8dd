// SPDX-License-Identifier: Apache-2.0
// error: a statement must not begin or end a transaction
#include "weir/postgres/pool.hpp"

constexpr auto end_it = weir::stmt<" /* now */ ; Commit">;
auto run(weir::postgres::tx& db) { return db.exec(end_it); }
