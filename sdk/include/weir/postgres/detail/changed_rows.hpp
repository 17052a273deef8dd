// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "weir/postgres/pool.hpp"

namespace weir::postgres::detail {

/// More changed rows of one table than this are counted and not read.
inline constexpr std::int64_t changed_rows_max = 100;

/// A row before and after a transaction, each as JSON, an object with its columns.
struct changed_row {
  std::optional<std::string> before;  ///< Nothing for a new row.
  std::optional<std::string> after;   ///< Nothing for a deleted one.
};

/// What a transaction has changed in one table.
struct changed_table {
  std::string name;  ///< As SQL writes it; with its schema where that is not searched.
  // How often, savepoints that were rolled back included.
  std::int64_t inserted = 0;
  std::int64_t updated = 0;
  std::int64_t deleted = 0;
  std::vector<changed_row> rows = {};
  std::string unread = {};  ///< Why the rows are not known; empty where they are.
};

/// What the transaction has changed so far, and not committed: it reads its own row versions, and
/// over `beside`, which must have another connection, those that are still there for everybody
/// else. Nothing is locked or changed by it; it uses up one transaction number.
///
/// What the server counts for a connection must have begun with this transaction: the first that
/// writes on a pool that is new. Two versions are one row where the primary key is the same;
/// without one, an update is a row that is gone and a row that is new. Each table is read from its
/// beginning to its end; one for which that takes longer than ten seconds, or that the role may not
/// read, is only counted. An old version that somebody else has locked, too, is not found, nor one
/// that was deleted in a savepoint which changed nothing else.
task<std::vector<changed_table>> changed_rows(tx& in, pool& beside);

}  // namespace weir::postgres::detail
