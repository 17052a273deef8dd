// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/test/crash_sweep.hpp"

namespace weir::test {

/// Connections to the servers of a case, for what happens around the program.
class world {
 public:
  explicit world(const service_settings& servers);
  task<> close();

  /// Deletes all streams and what the database holds.
  task<> clear();
  /// Has the server deliver again what is not acknowledged, without waiting for its time; also what
  /// is, where `acknowledged_too`. Nothing where there is no consumer yet.
  task<> deliver_again(const crash_case& which, bool acknowledged_too);
  /// Ends every other connection to the database.
  task<> cut_database();

  nats::jetstream& jetstream() noexcept { return jetstream_; }
  postgres::pool& database() noexcept { return database_; }

 private:
  nats::connection link_;
  nats::jetstream jetstream_;
  postgres::pool database_;
};

}  // namespace weir::test
