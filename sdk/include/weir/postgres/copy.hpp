// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "weir/postgres/detail/column_arrays.hpp"
#include "weir/postgres/detail/copy_sink.hpp"
#include "weir/postgres/detail/copy_source.hpp"
#include "weir/postgres/detail/rows.hpp"
#include "weir/stream.hpp"

namespace weir::postgres {

/// Rows on their way into a table by COPY; made by copy_in().
///
/// One task at a time. When the server refuses, the connection is lost or a wait is cancelled, the
/// COPY has ended, nothing of it is stored and its transaction can only be rolled back; so, too,
/// when this is destroyed before finish(). Must not outlive the transaction or the pool.
template <class Row>
class copy_writer {
 public:
  explicit copy_writer(std::unique_ptr<detail::copy_sink> sink) : sink_(std::move(sink)) {}

  /// Adds rows; suspends when `copy_piece_bytes` have come together and the server has not taken
  /// those before. So no more than two such pieces, and what is over of a large row, are held.
  ///
  /// Throws the server's refusal of a row, often of one that was added before: the text says in
  /// which line of the COPY, counted from 1. Over TLS, only finish() may throw it. A field that
  /// cannot travel (a zero byte in a text) is `invalid_argument` and names its row, counted from 0;
  /// the rows before it are added, and the COPY goes on.
  task<> write(std::span<const Row> rows) {
    sink_->require_open();
    for (const Row& row : rows) {
      add(row);
      if (sink_->is_full()) co_await sink_->send();
    }
  }
  /// One row; `row` must stay until the task has ended.
  task<> write(const Row& row) { return write(std::span<const Row>(&row, 1)); }

  /// Suspends until the server has checked and stored all rows, and on a pool has committed them;
  /// gives their number. Throws what write() does, and on a pool what commit() does.
  task<std::uint64_t> finish() { return sink_->finish(); }

  /// Ends the COPY; nothing of it is stored, and its transaction can only be rolled back. The
  /// reason is in the server's log. Not cancelled, but bounded in time.
  task<> abort(std::string reason) { return sink_->abort(std::move(reason)); }

 private:
  void add(const Row& row) {
    std::string& out = sink_->bytes();
    const std::size_t before = out.size();
    const std::uint64_t number = sink_->next_row();
    std::size_t column = 0;
    detail::put_big_endian(out, static_cast<std::uint16_t>(field_count<Row>));
    try {
      for_each_field(row, [&](std::string_view, const auto& field) {
        put_field(out, field);
        ++column;
      });
    } catch (const weir::error& refused) {
      out.resize(before);
      detail::refuse_field(refused, number, field_names<Row>()[column]);
    }
  }

  template <class T>
  static void put_field(std::string& out, const T& value) {
    const std::size_t start = out.size();
    detail::put_big_endian(out, detail::null_length);
    if constexpr (detail::element_of<T>::nullable) {
      if (!value.has_value()) return;
      detail::codec<typename detail::element_of<T>::type>::encode(out, *value);
    } else {
      detail::codec<T>::encode(out, value);
    }
    detail::set_length(out, start);
  }

  std::unique_ptr<detail::copy_sink> sink_;
};

namespace detail {

template <class T>
T read_copied(const copy_source& from, std::size_t column, std::string_view name) {
  static_assert(require_owned<T>());
  const std::optional<std::string_view>& bytes = from.field(column);
  if (bytes) return codec<typename element_of<T>::type>::decode(*bytes, from.type(column));
  if constexpr (element_of<T>::nullable) {
    return std::nullopt;
  } else {
    null_copied(name, from.row_number());
  }
}

template <class Row>
Row read_copied_row(const copy_source& from) {
  Row made{};
  std::size_t column = 0;
  for_each_field(made, [&]<class Field>(std::string_view name, Field& field) {
    field = read_copied<Field>(from, column++, name);
  });
  return made;
}

/// Gives what `begun` sends, row by row.
template <class Row>
stream<Row> copied_rows(task<copy_target> begun) {
  copy_target target = co_await std::move(begun);
  copy_source source(std::move(target));
  for (;;) {
    const copy_source::came came = source.take();
    if (came == copy_source::came::end) break;
    if (came == copy_source::came::row) {
      co_yield read_copied_row<Row>(source);
      continue;
    }
    std::exception_ptr failure;
    bool is_cancelled = false;
    try {
      co_await source.wait();
    } catch (const weir::error& ended) {
      failure = std::current_exception();
      is_cancelled = ended.is_cancelled();
    }
    if (failure && !is_cancelled) std::rethrow_exception(failure);
    if (failure) co_yield failed(failure);
  }
  co_await source.finish();
}

}  // namespace detail

/// Begins to copy rows into a table, the fastest way there is: no statement, no plan, no answer for
/// each row.
///
///     auto rows = co_await copy_in(work, stocks);
///     co_await rows.write(batch);
///     const auto stored = co_await rows.finish();
///
/// On a transaction it is part of it, between other statements; until finish(), nothing else can be
/// sent. On a pool it is a transaction of its own, which finish() commits.
///
/// COPY casts nothing, so each column must have exactly the type that its field travels as: bigint
/// for std::int64_t. Text and enums fit text-like columns, json and types that are not built in.
/// The types are checked before, by a query, for which the role must be allowed to read the
/// columns; another type is `invalid_argument` and says what to change. Composites, and arrays of
/// them and of enums, do not compile: use bulk_insert().
template <class Row, fixed_string Name>
task<copy_writer<Row>> copy_in(tx& db, table_target<Row, Name>) {
  static_assert(detail::require_row_fields<Row>());
  using source = detail::rows_of_table<table_target<Row, Name>>;
  detail::copy_target begun = co_await detail::begin_copy(db, detail::copy_in_plan<Row, source>);
  co_return copy_writer<Row>(std::make_unique<detail::copy_sink>(std::move(begun)));
}
template <class Row, fixed_string Name>
task<copy_writer<Row>> copy_in(pool& db, table_target<Row, Name>,
                               transaction_options options = {}) {
  static_assert(detail::require_row_fields<Row>());
  using source = detail::rows_of_table<table_target<Row, Name>>;
  detail::copy_target begun =
      co_await detail::begin_copy(db, detail::copy_in_plan<Row, source>, options);
  co_return copy_writer<Row>(std::make_unique<detail::copy_sink>(std::move(begun)));
}

/// The rows of a table, or of a statement without parameters, as the server finds them; no more
/// of them is held than the socket and libpq's buffer do.
///
///     auto all = copy_out(work, stocks);
///     while (auto row = co_await all.next()) use(*row);
///
///     auto few = copy_out<stock>(db, weir::stmt<"select * from stock where \"left\" < 5">);
///
/// Each field comes from the column of its name; where that is of another type than the field can
/// hold, the first next() throws `invalid_argument`. On a transaction nothing else can be sent
/// before the end of the stream; on a pool it is a read-only transaction of its own. A next() that
/// is cancelled while it waits for rows has lost nothing. A stream that is destroyed before its
/// end, or throws, ends its transaction, which can only be rolled back. Must not outlive what it is
/// made on.
template <class Row, fixed_string Name>
stream<Row> copy_out(tx& db, table_target<Row, Name>) {
  static_assert(detail::require_row_fields<Row>());
  using source = detail::rows_of_table<table_target<Row, Name>>;
  return detail::copied_rows<Row>(detail::begin_copy(db, detail::copy_out_plan<Row, source>));
}
template <class Row, fixed_string Name>
stream<Row> copy_out(pool& db, table_target<Row, Name>,
                     transaction_options options = {.read_only = true}) {
  static_assert(detail::require_row_fields<Row>());
  using source = detail::rows_of_table<table_target<Row, Name>>;
  return detail::copied_rows<Row>(
      detail::begin_copy(db, detail::copy_out_plan<Row, source>, options));
}
template <class Row, fixed_string Sql, statement_kind Kind, fixed_string Name>
stream<Row> copy_out(tx& db, statement<Sql, Kind, Name>) {
  using query = statement<Sql, Kind, Name>;
  static_assert(detail::require_row_fields<Row>());
  static_assert(query::placeholders == 0, "COPY takes no parameters: the statement must have none");
  using source = detail::rows_of_query<query>;
  return detail::copied_rows<Row>(detail::begin_copy(db, detail::copy_out_plan<Row, source>));
}
template <class Row, fixed_string Sql, statement_kind Kind, fixed_string Name>
stream<Row> copy_out(pool& db, statement<Sql, Kind, Name>,
                     transaction_options options = {.read_only = true}) {
  using query = statement<Sql, Kind, Name>;
  static_assert(detail::require_row_fields<Row>());
  static_assert(query::placeholders == 0, "COPY takes no parameters: the statement must have none");
  using source = detail::rows_of_query<query>;
  return detail::copied_rows<Row>(
      detail::begin_copy(db, detail::copy_out_plan<Row, source>, options));
}

}  // namespace weir::postgres
