// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "libpq_connection.hpp"
#include "stock.hpp"

namespace weir::bench {

/// The best that libpq can do by hand: one prepared statement, and an array in PostgreSQL's binary
/// format for each column, written into memory that is kept.
class unnest_upsert {
 public:
  explicit unnest_upsert(libpq_connection& on);

  /// Suspends the thread until the server has stored `rows`.
  void store(std::span<const stock> rows);

 private:
  libpq_connection* on_;
  std::string ids_;
  std::string quantities_;
  std::string bodies_;
};

}  // namespace weir::bench
