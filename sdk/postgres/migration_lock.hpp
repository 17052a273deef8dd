// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/postgres/transaction.hpp"

namespace weir::postgres::detail {

/// How a transaction begins that takes the lock: one of a stricter level keeps a snapshot while it
/// waits, for which a CREATE INDEX CONCURRENTLY of the program that holds the lock would wait.
inline constexpr transaction_options locked_transaction{.level = isolation::read_committed};

/// Suspends until this transaction holds, to its end, the lock of those who migrate its database.
///
/// It asks again and again instead of waiting on the server: a statement that waits there has a
/// snapshot, too. Throws `unavailable`, with who holds the lock, when `patience` has passed. The
/// transaction must not have touched a table before.
task<> lock_migrations(tx& db, duration patience);

}  // namespace weir::postgres::detail
