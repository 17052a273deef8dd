// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "migration_files.hpp"
#include "weir/postgres/pool.hpp"

namespace weir::postgres::detail {

/// Throws for a pool that has no connection for the file beside the one that holds the lock.
void refuse_small_pool(pool& on, const migration_file& file);

/// Runs a file whose statements cannot be part of a transaction, and notes it as applied; the
/// caller holds the lock by another connection. Where it does not come to its end, its row says how
/// far it came, and this throws a permanent weir::error with the remedy, or the cancellation.
task<> migrate_outside(pool& on, const migration_file& file);

}  // namespace weir::postgres::detail
