// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/postgres/transaction.hpp"
#include "weir/service/publications.hpp"

namespace weir {

/// The transaction of one handler run: begun with its first statement, committed when it returns,
/// rolled back when it throws.
///
/// After a serialization failure or a deadlock the handler runs again from the start. Valid while
/// the handler runs.
class tx {
 public:
  tx(postgres::tx& transaction, publications& events) noexcept
      : transaction_(&transaction), events_(&events) {}

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

  /// Publishes `event` once the transaction is committed, if it is.
  template <bound_event Event>
  void publish(const Event& event) {
    events_->add(event);
  }

 private:
  postgres::tx* transaction_;
  publications* events_;
};

}  // namespace weir
