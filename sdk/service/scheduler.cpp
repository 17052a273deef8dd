// SPDX-License-Identifier: Apache-2.0
#include "scheduler.hpp"

#include <algorithm>

#include "consumer.hpp"
#include "event_headers.hpp"
#include "outbox_rows.hpp"
#include "weir/loop.hpp"
#include "weir/observe/log.hpp"
#include "weir/observe/span.hpp"
#include "weir/resilience/backoff.hpp"
#include "weir/timeout.hpp"

namespace weir::detail {
namespace {

using postgres::statement_kind;

// A schedule that nobody knows begins with its next tick, not with all that have been.
constexpr auto begin_schedule =
    stmt<"insert into weir_schedules (name, last) values ($1, now()) on conflict do nothing",
         statement_kind::write, "weir_schedule_begin">;
constexpr auto read_standing =
    stmt<"select last, clock_timestamp() as now from weir_schedules where name = $1",
         statement_kind::write, "weir_schedule_standing">;
constexpr auto take_tick = stmt<"update weir_schedules set last = $2 where name = $1 and last < $2",
                                statement_kind::write, "weir_schedule_take">;

/// How long a wait is at most before the clock is asked again, which may have been set.
constexpr duration look_interval = std::chrono::seconds(10);
/// Of more missed ticks than these the last one is not looked for: it is as good as any.
constexpr int missed_max = 10'000;
const backoff retry_backoff =
    exponential(std::chrono::milliseconds(200), std::chrono::seconds(30)).full_jitter();

/// False when the service ends.
task<bool> pause(duration wait, manual_reset_event& ending) {
  const auto ended = co_await with_timeout(wait, ending.wait()).as_result();
  if (!ended && ended.error().is_cancelled()) throw ended.error();
  co_return !ending.is_set();
}

}  // namespace

task<> scheduler::run(manual_reset_event& ending) {
  for (std::uint64_t failures = 0; !ending.is_set();) {
    const auto at = co_await look().as_result();
    if (at) {
      const timestamp due = latest_due(*at);
      if (due > at->now) {
        failures = 0;
        if (!co_await pause(std::min<duration>(due - at->now, look_interval), ending)) co_return;
        continue;
      }
      const time_point begun = loop::current().now();
      const auto handled = co_await handle(due).as_result();
      note_end(handled, loop::current().now() - begun);
      if (handled) {
        failures = 0;
        continue;
      }
      if (handled.error().is_cancelled()) throw handled.error();
      log_warning("a tick of a schedule failed and is tried again",
                  {{"schedule", entry_.when.name()}, {"due", due}, {"error", handled.error()}});
    } else {
      if (at.error().is_cancelled()) throw at.error();
      if (failures == 0) {
        log_warning("a schedule waits", {{"schedule", entry_.when.name()}, {"error", at.error()}});
      }
    }
    if (!co_await pause(retry_backoff.delay(++failures, loop::current().random()), ending)) {
      co_return;
    }
  }
}

void scheduler::note_end(const result<bool>& handled, duration took) const {
  if (handled) return (*handled ? durations_.success : durations_.skipped).record(took);
  (is_outage(handled.error(), true) ? durations_.outage : durations_.failure).record(took);
}

task<scheduler::standing> scheduler::look() {
  const auto known = co_await on_.database.maybe<standing>(read_standing, entry_.when.name());
  if (known) co_return *known;
  co_await on_.database.exec(begin_schedule, entry_.when.name());
  co_return co_await on_.database.one<standing>(read_standing, entry_.when.name());
}

/// The next tick, or of those that have passed the last.
timestamp scheduler::latest_due(standing at) const {
  timestamp due = entry_.when.next(at.last);
  for (int missed = 0; missed < missed_max; ++missed) {
    const timestamp later = entry_.when.next(due);
    if (later > at.now) break;
    due = later;
  }
  return due;
}

/// False where another program has handled it.
task<bool> scheduler::handle(timestamp due) {
  std::vector<outbox_row> rows;
  // Not a coroutine itself, so what it captures lives as long as this frame.
  const auto body = [&](postgres::tx& in) { return handle_in(in, due, rows); };
  const bool was_ours =
      co_await in_span("schedule " + entry_.when.name(),
                       with_timeout(entry_.when.deadline(), on_.database.transaction(body)));
  // What is not confirmed is swept.
  if (was_ours) co_await on_.outbox.send(std::move(rows));
  co_return was_ours;
}

task<bool> scheduler::handle_in(postgres::tx& in, timestamp due, std::vector<outbox_row>& rows) {
  if (co_await in.exec(take_tick, entry_.when.name(), due) == 0) co_return false;
  publications events(body_bytes_max(on_.over));
  tx handed(in, events);
  const tick now{entry_.when.name(), due};
  co_await entry_.run(handed, now, others_);
  const std::string origin = "schedule:" + entry_.when.name() + ':' + to_rfc3339(due);
  rows = on_.outbox.store(in, make_rows(events, {origin, {}, headers_of_beginning(origin)}));
  co_return true;
}

}  // namespace weir::detail
