// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "weir/postgres/migration_status.hpp"
#include "weir/postgres/pool.hpp"

namespace weir::postgres {

/// The largest migration file, in bytes.
inline constexpr std::size_t migration_bytes_max = std::size_t{16} << 20;

/// How programs that migrate one database wait for each other.
struct migration_options {
  /// How long to wait, for each file, while another program migrates. When it has passed,
  /// `unavailable` says which process of the server holds the lock.
  duration lock_timeout = std::chrono::minutes(5);
};

/// Brings the database to the state that the .sql files of a directory describe; gives the names of
/// the files that were applied now.
///
/// Files are named `0001_what_it_does.sql`; a file that is not is an error. Each runs once, in the
/// order of the numbers, in a transaction of its own together with its row in `weir_migrations`:
/// a file that fails leaves nothing. A file that was applied must not change: its checksum is
/// compared, and that of all files before the first is applied. Several programs may migrate at the
/// same time; an advisory lock lets one after the other. A file holds any number of statements, but
/// none that begins or ends a transaction; what it sets for the session ends with it. An empty
/// file, and one that cannot be read to its end, are errors before the first statement.
///
/// What PostgreSQL refuses inside of a transaction, such as CREATE INDEX CONCURRENTLY, stands in a
/// file whose first line is
///
///     -- weir: no transaction
///
/// Its statements run one at a time, each committed by itself, on a second connection beside the
/// one that holds the lock. Nothing can undo them: where one fails, or the program or its
/// connection is lost before the last has ended, the row stays `unfinished` and says how far it
/// came, and every migrate() throws `conflict` (permanent) until a person has either completed the
/// file's work (`update weir_migrations set unfinished = null where version = ...`) or undone it
/// (`delete from weir_migrations where version = ...`). So best write one statement a file.
///
/// A cancellation cancels the statement on the server. A connection that is lost outside of a
/// file's statements is replaced and the work repeated; one lost within them is the file's failure.
task<std::vector<std::string>> migrate(pool& on, std::filesystem::path directory,
                                       migration_options options = {});

/// Runs what migrate() would apply, and rolls it back: finds its errors and changes nothing but
/// what PostgreSQL never undoes, such as the numbers that sequences gave out.
///
/// All pending files run in one transaction, each on what those before it made; throws what
/// migrate() would throw. A file without a transaction is not tried. What fails behind one, or
/// fails only because the files before it are not committed, is told as not tried, and so are all
/// that follow. Takes the locks that the files take, and holds them to the end of the trial.
task<std::vector<migration_trial>> try_migrations(pool& on, std::filesystem::path directory,
                                                  migration_options options = {});

/// Compares the files with what was applied, in the order of the numbers. Changes nothing, waits
/// for no lock of migrations, and works where nothing was ever applied.
task<std::vector<migration_status>> status_of_migrations(pool& on, std::filesystem::path directory);

}  // namespace weir::postgres
