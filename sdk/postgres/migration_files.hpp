// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace weir::postgres::detail {

/// One .sql file of a directory of migrations.
struct migration_file {
  std::int64_t version = 0;
  std::string name;  ///< Without the directory: "0001_orders.sql".
  std::string sql;
  bool is_transactional = true;  ///< Its first line does not say otherwise.
};

/// Reads a directory; gives its files in the order of their versions. Blocks. Throws weir::error
/// (permanent) for a name without version, two of one version, a first line
/// that is nearly the mark of a file without a transaction, and what cannot be read.
std::vector<migration_file> read_migrations(const std::filesystem::path& directory);

}  // namespace weir::postgres::detail
