// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include "weir/loop.hpp"
#include "weir/postgres/pool.hpp"
#include "weir/sleep.hpp"

namespace weir::postgres::detail {

/// How a transaction begins that takes the lock: one of a stricter level would keep its snapshot,
/// for which the CREATE INDEX CONCURRENTLY that runs under the lock would wait.
inline constexpr transaction_options locked_transaction{.level = isolation::read_committed};

/// Thrown where another program holds the lock.
struct lock_is_held {};

/// Takes the lock of those who migrate its database, which the transaction keeps to its end; throws
/// `lock_is_held`, for wait_while_held(). Must come first in the transaction, which is idle and has
/// no snapshot afterwards.
task<> take_migration_lock(tx& db);

/// `unavailable`, with who holds the lock.
task<weir::error> held_for_too_long(pool& on, duration patience);

inline constexpr std::chrono::milliseconds held_pause_min{5};
inline constexpr std::chrono::milliseconds held_pause_max{250};

/// Runs `attempt()`, which gives a task with a value, again and again until it does not throw
/// `lock_is_held`; throws `unavailable` when `patience` has passed.
///
/// Each attempt is a transaction of its own, and between them there is none: a CREATE INDEX
/// CONCURRENTLY waits for the end of every transaction that it finds with a snapshot, be it for
/// a moment, and programs that migrate at once would wait for each other in a circle.
template <class Attempt>
std::invoke_result_t<Attempt&> wait_while_held(pool& on, duration patience, Attempt attempt) {
  using value_type = typename std::invoke_result_t<Attempt&>::value_type;
  const time_point until = saturating_add(loop::current().now(), patience);
  for (duration pause = held_pause_min;; pause = std::min<duration>(pause * 2, held_pause_max)) {
    std::optional<value_type> value;
    try {
      value.emplace(co_await attempt());
    } catch (const lock_is_held&) {
    }
    if (value) co_return std::move(*value);
    const duration left = until - loop::current().now();
    if (left <= duration::zero()) break;
    co_await sleep(std::min(pause, left));
  }
  const weir::error held = co_await held_for_too_long(on, patience);
  throw held;
}

}  // namespace weir::postgres::detail
