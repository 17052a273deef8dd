// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "weir/postgres/unit.hpp"

namespace weir::postgres {

/// How a group_commit forms its groups.
struct group_commit_options {
  /// How many units one commit holds at most; 1 at least.
  std::size_t units_max = 64;
  /// How long one commit may take, waiting for a connection included.
  duration commit_limit = std::chrono::seconds(30);
};

/// How many commits of one group_commit are under way at a time: one fills while another is made
/// durable.
inline constexpr std::size_t group_committers_max = 2;
/// The size of the arguments and rows of one group, in bytes; a unit that is larger is a group
/// alone.
inline constexpr std::size_t group_bytes_max = std::size_t{16} << 20;

/// Commits the writes of many events together: one transaction, one round trip, one flush of the
/// server's log for up to 64 of them.
///
///     co_await group.run(order.id, [&](weir::postgres::unit& work) -> weir::task<> {
///       const auto known = co_await work.one<account>(find_account, order.account);
///       work.exec(set_balance, order.account, known.balance - order.amount);
///     });
///
/// Promised:
/// - Whoever is told that its unit is committed has all its writes stored, durably; whoever is told
///   an error other than `commit_unknown()` has none of them stored.
/// - Two units of one key never overlap: the second begins to read when the first is committed. So
///   of two that read a row and write it back none is lost, if it is the row of their key.
/// - The writes of a unit are executed in their order. So are the rows of all units of one commit
///   for the same table (by the name that it is given), and so are all that is kept by
///   unit::exec(): in the order in which the units have ended. Between rows and statements of
///   different units no order is promised, for rows of many units go in one statement. Two commits
///   are under way at a time (`group_committers_max`), and are not ordered among each other: what
///   must come behind another unit belongs to the same key, or begins when that one is committed.
/// - A unit whose writes the server refuses fails alone: those beside it are committed without it,
///   by the number of the statement, or by halves where that is shared.
/// - After a serialization failure, a deadlock, or a connection lost before the commit, the writes
///   of the group are sent again. `body` never runs twice.
///
/// Not promised:
/// - A unit sees what is committed, no write of a unit that is not, its own included. Two units of
///   different keys that read the same row and write it back can lose an update; they belong into
///   transactions of their own, with `select ... for update`.
/// - The answers of writes: what needs to know how many rows it changed belongs there as well.
///
/// While one group is committed, the next gathers: alone, a unit waits for nobody; under load the
/// groups grow by themselves. One loop; close() before it is destroyed.
class group_commit {
 public:
  explicit group_commit(pool& on, group_commit_options options = {});
  ~group_commit();
  group_commit(const group_commit&) = delete;
  group_commit& operator=(const group_commit&) = delete;

  /// Runs `body(unit&)`, a callable that returns a task<>, and suspends until what it kept is
  /// committed. Throws what `body` throws, whose writes are then dropped, and what the server says
  /// of them: postgres::error.
  ///
  /// Waits first for earlier units of the same key; an empty key is that of nobody. A cancellation
  /// drops the unit before its commit has begun, and waits for the outcome after that.
  template <class Body>
  task<> run(std::string key, Body body);

  /// Suspends until all that is under way has ended: bodies that run, units that wait for their key
  /// and commits; so never to be awaited by a body. Whatever comes after throws `closed`. It is not
  /// cancelled.
  task<> close();

 private:
  std::unique_ptr<detail::group_core> core_;
};

namespace detail {

/// A unit's time in its group, and its key's turn: others of that key wait until it ends.
class key_turn {
 public:
  key_turn(group_core& of, std::string key) noexcept;
  key_turn(const key_turn&) = delete;
  key_turn& operator=(const key_turn&) = delete;
  ~key_turn();

  task<> wait();

 private:
  group_core& of_;
  std::string key_;
  bool is_taken_ = false;
};

pool& pool_of(group_core& of) noexcept;
task<> commit_with_others(group_core& of, unit& done);

}  // namespace detail

template <class Body>
task<> group_commit::run(std::string key, Body body) {
  detail::key_turn turn(*core_, std::move(key));
  co_await turn.wait();
  unit work(detail::pool_of(*core_));
  co_await body(work);
  co_await detail::commit_with_others(*core_, work);
}

}  // namespace weir::postgres
