// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "pool_core.hpp"

namespace weir::postgres::detail {

/// One transaction on its connection: what has been sent, what failed, how it ends.
class session {
 public:
  session(lease lent, transaction_options options) noexcept
      : lent_(std::move(lent)), options_(options) {}

  std::size_t enqueue(const statement_shape& shape, const parameters& encoded);
  task<result_set> run(const statement_shape& shape, parameters encoded);
  task<> flush();
  /// Runs a text of several statements within the transaction.
  task<> run_script(std::string sql);
  task<> commit();
  task<> rollback();

  parameters& scratch() noexcept {
    scratch_.clear();
    return scratch_;
  }

 private:
  enum class state : std::uint8_t { fresh, open, failed, ended };

  /// Throws unless a statement can be sent; sends BEGIN before the first.
  void prepare_to_send();
  void begin();
  task<> settle();
  task<> undo();
  void end() noexcept;
  [[noreturn]] void fail(const error& why);
  void check_command_tag(const result_set& rows);

  lease lent_;
  transaction_options options_;
  state state_ = state::fresh;
  std::size_t next_index_ = 0;
  std::size_t enqueued_ = 0;
  std::size_t enqueued_bytes_ = 0;
  parameters scratch_;
  std::optional<error> cause_;
};

/// The way to a transaction's session, for what in this folder does more than users can.
struct session_access {
  static session& of(tx& db) noexcept { return *db.session_; }
};

}  // namespace weir::postgres::detail
