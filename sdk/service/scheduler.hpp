// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "outbox_core.hpp"
#include "statistics.hpp"
#include "weir/manual_reset_event.hpp"
#include "weir/service/schedule.hpp"

namespace weir::detail {

/// Runs one scheduled handler at its times, each in a transaction that also says that it was. The
/// time is the database's: one machine whose clock is wrong would take the ticks from all others.
class scheduler {
 public:
  struct dependencies {
    postgres::pool& database;
    outbox_core& outbox;
    nats::connection& over;
  };

  scheduler(const scheduled_entry& entry, const dependencies& on)
      : entry_(entry), on_(on), durations_(entry.when.name()) {}

  /// Runs until `ending` is set; a tick that is under way then is finished.
  task<> run(manual_reset_event& ending);

 private:
  /// Where a schedule stands.
  struct standing {
    timestamp last;  ///< The tick that was handled last.
    timestamp now;   ///< By the database's clock, which all programs share.
  };

  task<standing> look();
  timestamp latest_due(standing at) const;
  void note_end(const result<bool>& handled, duration took) const;
  task<bool> handle(timestamp due);
  task<bool> handle_in(postgres::tx& in, timestamp due, std::vector<outbox_row>& rows);

  const scheduled_entry& entry_;
  dependencies on_;
  caller others_{on_.over};
  const handler_durations durations_;
};

}  // namespace weir::detail
