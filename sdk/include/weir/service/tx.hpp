// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/postgres/bulk.hpp"
#include "weir/postgres/transaction.hpp"
#include "weir/service/committed_events.hpp"

namespace weir {

/// The transaction of one handler run: begun with its first statement, committed when it returns,
/// rolled back when it throws.
///
/// After a serialization failure or a deadlock the handler runs again from the start. Valid while
/// the handler runs.
class tx : public committed_events {
 public:
  tx(postgres::tx& transaction, publications& events) noexcept
      : committed_events(events), transaction_(&transaction) {}

  /// Runs a statement; gives how many rows it changed. Throws postgres::error.
  template <class Statement, class... Arguments>
  auto exec(Statement statement, const Arguments&... arguments) {
    return transaction_->exec(statement, arguments...);
  }
  /// Adds a statement that rides with the next one, or with the commit; its error appears there.
  template <class Statement, class... Arguments>
  void enqueue(Statement statement, const Arguments&... arguments) {
    transaction_->enqueue(statement, arguments...);
  }
  /// Runs a query; gives its rows.
  template <class Row, class Statement, class... Arguments>
  auto query(Statement statement, const Arguments&... arguments) {
    return transaction_->template query<Row>(statement, arguments...);
  }
  /// Runs a query that gives exactly one row.
  template <class Row, class Statement, class... Arguments>
  auto one(Statement statement, const Arguments&... arguments) {
    return transaction_->template one<Row>(statement, arguments...);
  }
  /// Runs a query that gives one row or none.
  template <class Row, class Statement, class... Arguments>
  auto maybe(Statement statement, const Arguments&... arguments) {
    return transaction_->template maybe<Row>(statement, arguments...);
  }

  /// Stores rows that may be there already, as postgres::bulk_upsert() does, which says what is
  /// promised; gives what became of each.
  template <class Target>
  auto upsert(Target target, std::span<const typename Target::row> rows) {
    return postgres::bulk_upsert(*transaction_, target, rows);
  }
  /// The same for one row.
  template <class Target>
  task<> upsert(Target target, const typename Target::row& row) {
    return upsert_one(*transaction_, target, row);
  }
  /// Stores new rows; gives their number.
  template <class Row, fixed_string Name>
  auto insert(postgres::table_target<Row, Name> target,
              std::type_identity_t<std::span<const Row>> rows) {
    return postgres::bulk_insert(*transaction_, target, rows);
  }
  /// The same for one row.
  template <class Row, fixed_string Name>
  task<> insert(postgres::table_target<Row, Name> target, const std::type_identity_t<Row>& row) {
    return insert_one(*transaction_, target, row);
  }
  /// The transaction itself: savepoints, locks, streams. It is not the handler's to commit.
  postgres::tx& database() noexcept { return *transaction_; }

 private:
  template <class Target>
  static task<> upsert_one(postgres::tx& in, Target target, typename Target::row row) {
    co_await postgres::bulk_upsert(in, target, std::span<const typename Target::row>(&row, 1));
  }
  template <class Target>
  static task<> insert_one(postgres::tx& in, Target target, typename Target::row row) {
    co_await postgres::bulk_insert(in, target, std::span<const typename Target::row>(&row, 1));
  }

  postgres::tx* transaction_;
};

}  // namespace weir
