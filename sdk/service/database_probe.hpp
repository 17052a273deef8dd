// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/postgres/pool.hpp"

namespace weir::detail {

/// Tells a handler that is slow from a database that stands still, when a deadline has passed.
///
/// Over a connection of its own, which is opened when it is needed and closed soon after: in the
/// service's pool the question would wait behind the very handlers it is about.
class database_probe {
 public:
  /// Connects as the service does.
  explicit database_probe(const postgres::pool_options& as);

  static constexpr duration answer_limit = std::chrono::seconds(1);

  /// False when the database answers nothing within that time.
  task<bool> answers();
  task<> close() { return pool_.close(); }

 private:
  postgres::pool pool_;
};

/// True while the pool has no connection and can open none. One that the server refuses since there
/// are too many is no sign of that, as long as others work.
bool is_away(const postgres::pool& database);

}  // namespace weir::detail
