// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "effect_tables.hpp"

namespace weir {
class error;
}

namespace weir::detail {

/// What one consumer has handled: a row a message, committed with what its handling changed.
class inbox {
 public:
  /// `name` is the consumer's, with its stream; rows are kept for `kept`.
  inbox(postgres::pool& database, std::string name, duration kept)
      : database_(database), name_(std::move(name)), kept_(kept) {}

  inbox_row row_of(const std::string& message_id) const { return {name_, message_id}; }

  /// Puts the message into the transaction, first of all: what is done in it for a message that was
  /// handled already fails, and the error is one for which is_duplicate() is true.
  void enter(postgres::tx& in, const std::string& message_id) const;
  void enter_all(postgres::tx& in, const std::vector<std::string>& message_ids) const;
  /// Takes them out again, in the same transaction.
  void leave_all(postgres::tx& in, const std::vector<std::string>& message_ids) const;

  /// Those of the messages whose handling is committed.
  task<std::vector<std::string>> handled_of(std::vector<std::string> message_ids) const;

  /// Deletes what is older than it is kept, from time to time, until it is cancelled.
  task<> keep_short();

 private:
  task<> forget_old();

  postgres::pool& database_;
  std::string name_;
  duration kept_;
  std::int64_t next_page_ = 0;  ///< Of the table, to be looked at for old rows.
};

/// True where a message could not be entered because it was handled already.
bool is_duplicate(const error& failure) noexcept;

}  // namespace weir::detail
