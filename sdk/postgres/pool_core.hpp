// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "connection.hpp"
#include "conninfo.hpp"
#include "weir/channel.hpp"
#include "weir/manual_reset_event.hpp"
#include "weir/postgres/pool.hpp"
#include "weir/scope.hpp"

namespace weir::postgres::detail {

class lease;

/// The connections of a pool: who has which, who waits, who is being opened or closed.
class pool_core {
 public:
  /// Throws for a connection string that can never connect.
  explicit pool_core(pool_options options);

  /// Suspends until a connection is free that is alive.
  task<lease> acquire();
  task<transaction> begin(transaction_options options);
  task<result_set> run(const statement_shape& shape, parameters encoded);
  task<> close();
  pool_stats stats() const;

 private:
  friend class lease;

  task<std::unique_ptr<connection>> wait_for_connection();
  void take_back(std::unique_ptr<connection> returned) noexcept;
  /// Gives a connection to the first who waits, or to the idle ones; false when the pool is closed.
  bool offer(std::unique_ptr<connection>& free);
  void discard(std::unique_ptr<connection> useless);
  /// Opens connections while more tasks wait than are being opened.
  void grow();
  task<> open_one();
  task<bool> open_once();
  task<> close_all();
  weir::error acquire_timed_out() const;

  pool_options options_;
  std::vector<connect_settings> connect_attempts_;
  channel<std::unique_ptr<connection>> idle_;
  scope opening_;
  scope closing_;
  std::size_t size_ = 0;  // Open or being opened.
  std::size_t opening_count_ = 0;
  std::size_t leased_ = 0;
  std::size_t waiting_ = 0;  // Those whom no connection was given yet.
  bool closed_ = false;
  manual_reset_event all_back_;
  std::string last_connect_error_;
};

/// A connection on loan; goes back, or is closed, with the end of this.
class lease {
 public:
  lease(pool_core& owner, std::unique_ptr<connection> lent) noexcept
      : owner_(&owner), lent_(std::move(lent)) {
    ++owner_->leased_;
  }
  lease(lease&& other) noexcept = default;
  lease& operator=(lease&&) = delete;
  ~lease() { give_back(); }

  void give_back() noexcept {
    if (lent_) owner_->take_back(std::move(lent_));
  }
  connection& operator*() const noexcept { return *lent_; }
  connection* operator->() const noexcept { return lent_.get(); }

 private:
  pool_core* owner_;
  std::unique_ptr<connection> lent_;
};

}  // namespace weir::postgres::detail
