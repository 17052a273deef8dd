// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <list>
#include <memory>
#include <string>

#include "lease.hpp"
#include "shared_reads.hpp"
#include "weir/manual_reset_event.hpp"
#include "weir/postgres/pool.hpp"
#include "weir/scope.hpp"

namespace weir::postgres::detail {

/// Opens a connection; blocks, so it is called on helper threads.
using connector = std::function<std::unique_ptr<engine>()>;
using connector_maker = std::function<connector(const pool_options&)>;

/// Who wants a connection: a task for itself, or reads, to share it.
enum class lent_for : std::uint8_t { one, reads };

/// The connections of a pool: who has which, who waits, who is being opened or closed.
class pool_core {
 public:
  /// `make` gets the options as they are kept here.
  pool_core(pool_options options, const connector_maker& make);

  /// Suspends until a connection is free that is alive.
  task<lease> acquire(lent_for whom = lent_for::one);
  /// `deadline` is that of all of the transaction.
  task<transaction> begin(transaction_options options, time_point deadline);
  task<result_set> run(const statement_shape& shape, parameters encoded);
  task<> close();
  pool_stats stats() const;
  /// Throws when it was closed.
  void require_open() const;
  std::size_t connections_max() const noexcept { return options_.max_connections; }

  /// True when tasks wait for a connection of their own, and no more can be opened.
  bool is_wanted() const noexcept;
  const pool_options& options() const noexcept { return options_; }
  /// Opens a connection that is not the pool's; the first attempt only.
  task<std::unique_ptr<connection>> open_apart();
  void close_apart(std::unique_ptr<connection> useless);

 private:
  friend class lease;

  /// A task that waits for a connection. It stands in the queue until it is given one or goes away,
  /// and who takes it out says which.
  struct waiter {
    lent_for whom;
    std::unique_ptr<connection> given = nullptr;
    manual_reset_event told = {};
  };

  // Lending (pool_core.cpp).
  task<lease> acquire_within(time_point until, lent_for whom);
  task<std::unique_ptr<connection>> wait_for_connection(lent_for whom);
  std::unique_ptr<connection> take_idle();
  bool is_of_use(connection& idle);
  void take_back(std::unique_ptr<connection> returned) noexcept;
  task<> clean(std::unique_ptr<connection> returned);
  void end_loan(std::unique_ptr<connection> returned);
  /// Gives a connection to the first who waits, or to the idle ones; false when the pool is closed.
  bool offer(std::unique_ptr<connection>& free);
  task<result_set> run_write(const statement_shape& shape, parameters encoded);
  task<result_set> run_alone(const statement_shape& shape, const parameters& encoded);
  weir::error acquire_timed_out() const;

  // Opening and closing (pool_growth.cpp).
  /// How many connections are missing to `min_connections`.
  std::size_t shortfall() const noexcept;
  /// Opens connections while more tasks wait than are being opened.
  void grow();
  task<> open_one();
  task<bool> open_once();
  void discard(std::unique_ptr<connection> useless);
  task<> close_all();

  // What is done beside the work (pool_upkeep.cpp).
  task<> keep_up();
  void look_after_idle();

  pool_options options_;
  connector open_;
  shared_reads reads_{*this};
  std::vector<std::unique_ptr<connection>> idle_;  // The one used last is the last.
  std::list<waiter*> waiters_;
  scope opening_;
  scope closing_;
  scope cleaning_;
  scope upkeep_;
  std::size_t size_ = 0;  // Open or being opened.
  std::size_t opening_count_ = 0;
  std::size_t leased_ = 0;  // With those that were given to who waited and did not run yet.
  bool closed_ = false;
  manual_reset_event all_back_;
  std::string last_connect_error_;
};

/// The way to a pool's core, for what in this folder does more than users can.
struct pool_access {
  static pool_core& of(pool& db) noexcept { return *db.core_; }
};

}  // namespace weir::postgres::detail
