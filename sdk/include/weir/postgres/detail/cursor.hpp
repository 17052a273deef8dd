// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "weir/postgres/detail/rows.hpp"
#include "weir/postgres/transaction.hpp"
#include "weir/stream.hpp"

namespace weir::postgres::detail {

/// The rows of a query in pieces of a bounded size: a cursor of the server.
///
/// While one piece is in use the next is on its way, and no more: who is slow slows the server
/// down. Must not outlive its transaction.
class cursor {
 public:
  cursor(tx& in, const statement_shape& query, parameters encoded);
  cursor(const cursor&) = delete;
  cursor& operator=(const cursor&) = delete;
  /// Sends the end of the cursor with the next statement of the transaction; beside a COPY nothing,
  /// and the cursor ends with the transaction.
  ~cursor();

  /// Suspends until the next piece is there; one without rows is the end.
  task<result_set> next();

 private:
  void open();
  void ask();

  session& in_;
  const statement_shape& query_;
  parameters encoded_;
  std::string name_;
  std::size_t piece_rows_;
  std::size_t asked_rows_ = 0;
  bool is_open_ = false;
  std::shared_ptr<reply> coming_;
};

template <class Row>
weir::stream<Row> stream_rows(tx& in, const statement_shape& query, parameters encoded) {
  cursor from(in, query, std::move(encoded));
  for (;;) {
    const result_set piece = co_await from.next();
    if (piece.row_count() == 0) co_return;
    const row_reader<Row> reader(piece);
    for (int row = 0; row < piece.row_count(); ++row) co_yield reader.read(row);
  }
}

}  // namespace weir::postgres::detail

template <class Row, weir::fixed_string Sql, weir::postgres::statement_kind Kind,
          weir::fixed_string Name, class... Args>
weir::stream<Row> weir::postgres::tx::stream(statement<Sql, Kind, Name>, const Args&... args) {
  const auto& shape = detail::used<statement<Sql, Kind, Name>, Row, Args...>();
  return detail::stream_rows<Row>(*this, shape, detail::encode(args...));
}
