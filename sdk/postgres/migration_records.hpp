// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "migration_files.hpp"
#include "weir/postgres/migration_status.hpp"
#include "weir/postgres/pool.hpp"

namespace weir::postgres::detail {

/// Makes the table `weir_migrations`, or gives one of an earlier version of weir what it lacks.
task<> make_migration_table(tx& db);

/// Compares files with the table, which need not exist; in the order of the versions.
task<std::vector<migration_status>> compare_migrations(tx& db,
                                                       std::span<const migration_file> files);

/// Throws `conflict` (permanent), with the remedy, for what must be resolved by a person before
/// anything is applied.
void refuse_conflict(const migration_status& found);

/// Notes a file as applied.
task<> note_applied(tx& db, const migration_file& file);

/// Notes a file as begun; from here on nothing is applied until note_finished().
task<> note_begun(pool& on, const migration_file& file);
/// Notes how far a file came that was begun.
task<> note_progress(pool& on, const migration_file& file, std::string how_far);
/// A file that was begun has ended well.
task<> note_finished(pool& on, const migration_file& file);
/// Of a file that was begun, no statement was sent.
task<> note_untouched(pool& on, const migration_file& file);

}  // namespace weir::postgres::detail
