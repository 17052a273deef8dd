// SPDX-License-Identifier: Apache-2.0
// error: a statement must not begin or end a transaction
#include "weir/service/tx.hpp"

constexpr auto end_it = weir::stmt<"rollback">;
void run(weir::tx& db) { db.enqueue(end_it); }
