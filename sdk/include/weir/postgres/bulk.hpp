// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "weir/postgres/detail/bulk_jobs.hpp"

namespace weir::postgres {

/// Many rows in one statement: `insert ... select from unnest(...)`, with one array for each
/// column, which is prepared once for any number of rows.
///
///     inline constexpr auto stocks = weir::postgres::table<stock, "stock">;
///     inline constexpr auto stock_by_id = stocks.on_conflict<"id">().do_update();
///
///     co_await bulk_insert(db, stocks, rows);
///     const auto done = co_await bulk_upsert(db, stock_by_id, rows);
///     if (done.rows[0] == weir::postgres::row_outcome::inserted) ...
///
/// On a transaction they are part of it. On a pool they are a transaction of their own, which is
/// repeated as pool::transaction() does where it takes several statements. More rows than
/// `bulk_statement_rows_max`, or than fit `bulk_statement_bytes_max`, go in several statements, one
/// after the other; without rows nothing is sent. `rows` must stay as they are until the task has
/// ended.
///
/// Throws postgres::error as every statement does, with the constraint that a row violates; its
/// statement's name is "bulk_insert stock". A field that cannot travel (a zero byte in a text) is
/// `invalid_argument` and names its row. A cancellation cancels the statement on the server.
///
/// Every type travels that a statement takes. Where a column has another type, the server casts as
/// in any INSERT. Enums, composites and arrays are cast by the name of their type: that of the C++
/// type, or the value_of's `type_name`.

/// Stores the rows, in their order; suspends until they are, and gives their number.
template <class Row, fixed_string Name>
task<std::uint64_t> bulk_insert(tx& db, table_target<Row, Name>,
                                std::type_identity_t<std::span<const Row>> rows) {
  static_assert(detail::require_row_fields<Row>());
  detail::insert_job<table_target<Row, Name>> job(rows);
  co_await detail::run_job(db, job);
  co_return job.outcome();
}
template <class Row, fixed_string Name>
task<std::uint64_t> bulk_insert(pool& db, table_target<Row, Name>,
                                std::type_identity_t<std::span<const Row>> rows,
                                bulk_options options = {}) {
  static_assert(detail::require_row_fields<Row>());
  detail::insert_job<table_target<Row, Name>> job(rows);
  co_await detail::run_job(db, job, options);
  co_return job.outcome();
}

/// Stores the rows of which some may be there already; suspends until they are, and tells what
/// became of each.
///
/// They are stored in the order of their keys, so that two calls at the same time do not block each
/// other for ever. Of rows with the same key only the last one is sent, with do_nothing() the
/// first. Keys are compared as C++ values are; where the server finds two of them equal (citext),
/// it refuses the statement with SQLSTATE 21000.
///
/// Of a partitioned table the server cannot tell which rows are new and which were updated, and
/// refuses with SQLSTATE 0A000: do_nothing() is possible, and every partition by itself.
template <class Table, class Key, class Updated>
task<bulk_outcome> bulk_upsert(tx& db, upsert_target<Table, Key, Updated>,
                               std::span<const typename Table::row> rows) {
  static_assert(detail::require_row_fields<typename Table::row>());
  detail::upsert_job<upsert_target<Table, Key, Updated>> job(rows);
  co_await detail::run_job(db, job);
  co_return job.outcome();
}
template <class Table, class Key, class Updated>
task<bulk_outcome> bulk_upsert(pool& db, upsert_target<Table, Key, Updated>,
                               std::span<const typename Table::row> rows,
                               bulk_options options = {}) {
  static_assert(detail::require_row_fields<typename Table::row>());
  detail::upsert_job<upsert_target<Table, Key, Updated>> job(rows);
  co_await detail::run_job(db, job, options);
  co_return job.outcome();
}

}  // namespace weir::postgres
