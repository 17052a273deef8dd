// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/assert.hpp"
#include "weir/sleep.hpp"
#include "weir/stream.hpp"

namespace weir {

/// What an interval() does about ticks that passed while nobody waited for them.
enum class missed_tick : unsigned char {
  burst,  ///< Gives each of them, one after the other and at once, until it has caught up.
  delay,  ///< Gives the first of them at once, and begins a new schedule then: a period later.
  skip,   ///< Gives the last of them at once, and goes on with its schedule.
};

/// A tick each `period`, the first one a period after the first next(): the moments for which the
/// ticks were due, without end.
///
/// Moments are counted from the first next(), so that what is late once does not make what follows
/// late. A next() that is cancelled loses no tick.
///
///     auto ticks = weir::interval(10s, weir::missed_tick::skip);
///     while (const auto due = co_await ticks.next()) co_await report();
inline stream<time_point> interval(duration period, missed_tick policy = missed_tick::burst) {
  WEIR_ASSERT(period > duration::zero());
  time_point due = saturating_add(loop::current().now(), period);
  for (;;) {
    const time_point asked = loop::current().now();
    if (asked < due) {
      const auto slept = co_await sleep_until(due).as_result();
      if (!slept.has_value()) {
        co_yield failed(slept.error());
        continue;
      }
    }
    const duration late = asked - due;
    if (late > duration::zero() && policy == missed_tick::skip) due += late / period * period;
    co_yield due;
    const bool restart = late > duration::zero() && policy == missed_tick::delay;
    due = saturating_add(restart ? asked : due, period);
  }
}

}  // namespace weir
