// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "weir/postgres/pool.hpp"

namespace weir::postgres {

/// What became of one row of bulk_upsert().
enum class row_outcome : std::uint8_t {
  inserted,    ///< It is new in the table.
  updated,     ///< A row with its key was there, and has its values now.
  skipped,     ///< It is not stored: its key was there (do_nothing), or a trigger has refused it.
  superseded,  ///< It is not stored, for a later one of the same call has its key.
};

/// What became of the rows of bulk_upsert().
struct bulk_outcome {
  std::uint64_t inserted = 0;
  std::uint64_t updated = 0;
  std::uint64_t skipped = 0;      ///< With those that were superseded.
  std::vector<row_outcome> rows;  ///< Of each row, by its index in the span.
};

/// How a pool stores many rows.
struct bulk_options {
  /// All rows or none; otherwise each statement is committed by itself, and after an error some may
  /// be stored and others not.
  bool one_transaction = true;
  transaction_options transaction = {};  ///< Of that one, where it takes several statements.
};

}  // namespace weir::postgres
