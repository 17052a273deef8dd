// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "weir/postgres/pool.hpp"

namespace weir::postgres {

/// The largest migration file, in bytes.
inline constexpr std::size_t migration_bytes_max = std::size_t{16} << 20;

/// Brings the database to the state that the .sql files of a directory describe; gives the names of
/// the files that were applied now.
///
/// Files are named `0001_what_it_does.sql`; a file that is not is an error. Each runs once, in the
/// order of the numbers, in a transaction of its own together with its row in `weir_migrations`:
/// a file that fails leaves nothing. A file that was applied must not change: its checksum is
/// compared. Several programs may migrate at the same time; an advisory lock lets one after the
/// other. A file holds any number of statements, but no BEGIN, COMMIT or ROLLBACK, nor what
/// PostgreSQL refuses inside of a transaction. An empty file, and one that cannot be read to its
/// end, are errors before the first statement.
task<std::vector<std::string>> migrate(pool& on, std::filesystem::path directory);

}  // namespace weir::postgres
