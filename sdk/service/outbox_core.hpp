// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "effect_tables.hpp"
#include "outbox_rows.hpp"
#include "send_events.hpp"
#include "weir/manual_reset_event.hpp"
#include "weir/scope.hpp"

namespace weir::detail {

/// Events that are stored with a commit: gives them ids, sends them from memory when the commit is
/// done, and deletes them when their streams have confirmed them. What a crash leaves, or a stream
/// does not take, is swept up by outbox_relay.
class outbox_core {
 public:
  outbox_core(postgres::pool& database, nats::jetstream jetstream)
      : database_(database), jetstream_(std::move(jetstream)) {}

  /// Takes numbers for the ids and begins to delete. The tables must be there.
  task<> open();
  /// Deletes what is confirmed, and ends.
  task<> close();

  /// Gives the rows their ids, under which they can be stored.
  template <class Row>
  void number(std::vector<Row>& rows) noexcept {
    for (auto& row : rows) row.id = next_id_++;
  }

  /// Numbers the rows and stores them with the transaction's other changes; gives those to be sent
  /// when it is committed.
  std::vector<outbox_row> store(postgres::tx& in, event_rows rows);
  /// The id that the next row gets: another one after each row that is stored.
  std::int64_t next_id() const noexcept { return next_id_; }

  /// Sends rows that are committed, and remembers to delete those that are confirmed.
  task<sent_events> send(std::vector<outbox_row> rows);

 private:
  task<> keep_deleting();
  task<> delete_confirmed();

  postgres::pool& database_;
  nats::jetstream jetstream_;
  std::int64_t next_id_ = 0;
  std::vector<std::int64_t> confirmed_;  ///< And not deleted yet.
  manual_reset_event has_confirmed_;
  scope upkeep_;
};

}  // namespace weir::detail
