// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <coroutine>

#include "weir/postgres/unit.hpp"
#include "weir/service/committed_events.hpp"

namespace weir {

/// A handler's part of a commit that it shares with other messages: group commit.
///
/// Reads go out at once. Writes are kept in order and go to the database together with those of up
/// to 63 other messages, in one round trip and one commit; a message whose writes fail is taken out
/// and settled alone. A handler sees no answer of its writes, and none of its reads sees a write
/// that is not committed, its own included. A handler that reads a row and writes it back is
/// registered with durable::ordered_by() that row's key, by which two such messages never overlap:
/// see postgres::group_commit. Valid while the handler runs.
class unit : public committed_events {
 public:
  /// What exec() gives: awaiting it never suspends.
  using kept = std::suspend_never;

  unit(postgres::unit& work, publications& events) noexcept
      : committed_events(events), work_(&work) {}

  /// Keeps a statement for the commit; what it gives is dropped.
  template <class Statement, class... Arguments>
  kept exec(Statement statement, const Arguments&... arguments) {
    work_->exec(statement, arguments...);
    return {};
  }
  /// Keeps a row for a table; the rows of a commit for the same table go in one statement.
  template <class Row, fixed_string Name>
  kept insert(postgres::table_target<Row, Name> target, std::type_identity_t<Row> row) {
    work_->insert(target, std::move(row));
    return {};
  }
  /// The same for a row that may be there already.
  template <class Target>
  kept upsert(Target target, typename Target::row row) {
    work_->upsert(target, std::move(row));
    return {};
  }

  /// Runs a query, of a statement declared as a read; gives its rows.
  template <class Row, class Statement, class... Arguments>
  auto query(Statement statement, const Arguments&... arguments) {
    return work_->template query<Row>(statement, arguments...);
  }
  /// Runs a query that gives exactly one row.
  template <class Row, class Statement, class... Arguments>
  auto one(Statement statement, const Arguments&... arguments) {
    return work_->template one<Row>(statement, arguments...);
  }
  /// Runs a query that gives one row or none.
  template <class Row, class Statement, class... Arguments>
  auto maybe(Statement statement, const Arguments&... arguments) {
    return work_->template maybe<Row>(statement, arguments...);
  }

 private:
  postgres::unit* work_;
};

}  // namespace weir
