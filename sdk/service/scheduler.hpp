// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "outbox_core.hpp"
#include "weir/manual_reset_event.hpp"
#include "weir/service/schedule.hpp"

namespace weir::detail {

/// Runs one scheduled handler at its times, each in a transaction that also says that it was.
class scheduler {
 public:
  struct dependencies {
    postgres::pool& database;
    outbox_core& outbox;
    std::size_t body_bytes_max;
  };

  scheduler(const scheduled_entry& entry, const dependencies& on) noexcept
      : entry_(entry), on_(on) {}

  /// Runs until `ending` is set; a tick that is under way then is finished.
  task<> run(manual_reset_event& ending);

 private:
  task<timestamp> last_handled();
  timestamp latest_due(timestamp last, timestamp now) const;
  task<bool> wait_until(timestamp when, manual_reset_event& ending);
  task<bool> handle(timestamp due);
  task<bool> handle_in(postgres::tx& in, timestamp due, std::vector<outbox_row>& rows);

  const scheduled_entry& entry_;
  dependencies on_;
};

}  // namespace weir::detail
