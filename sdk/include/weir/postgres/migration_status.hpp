// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "weir/timestamp.hpp"

namespace weir::postgres {

/// How a migration's file and its row in `weir_migrations` stand to each other.
enum class migration_state : unsigned char {
  applied,     ///< Both are there and agree.
  pending,     ///< There is no row: migrate() would apply the file.
  late,        ///< There is no row, but one of a higher number: migrate() refuses the file.
  changed,     ///< The file is not the one that was applied any more: migrate() refuses it.
  unfinished,  ///< A file without a transaction began and did not end: a person must look.
  missing,     ///< There is a row and no file: an older program, or the file was taken away.
};

/// "applied", "pending", ...
std::string_view to_string(migration_state state) noexcept;

/// One migration, as a program would print it.
struct migration_status {
  std::int64_t version = 0;
  std::string name;  ///< Of the file; without one, as it was when it was applied.
  migration_state state = migration_state::pending;
  std::optional<timestamp> applied_at;    ///< Where there is a row.
  std::optional<std::string> unfinished;  ///< How far it came, where it is `unfinished`.
};

/// What became of one migration in a dry run.
struct migration_trial {
  std::string name;
  bool worked = false;
  std::string not_tried;  ///< Why it did not run, or could not be judged; empty when it worked.
};

}  // namespace weir::postgres
