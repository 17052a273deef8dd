// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "weir/postgres/detail/parameters.hpp"
#include "weir/postgres/detail/registry.hpp"
#include "weir/postgres/detail/rows.hpp"
#include "weir/task.hpp"

namespace weir::postgres::detail {

[[noreturn]] void wrong_row_count(const statement_shape& shape, int rows);

template <class Row>
Row read_only(const result_set& rows, const statement_shape& shape) {
  if (rows.row_count() != 1) wrong_row_count(shape, rows.row_count());
  return row_reader<Row>(rows).read(0);
}

template <class Row>
std::optional<Row> read_optional(const result_set& rows, const statement_shape& shape) {
  if (rows.row_count() > 1) wrong_row_count(shape, rows.row_count());
  if (rows.row_count() == 0) return std::nullopt;
  return row_reader<Row>(rows).read(0);
}

/// The statements that a pool and a transaction have in common.
///
/// Each suspends until its answer is there. Arguments are copied before the first suspension.
/// Throws postgres::error for what the server refuses and for a lost connection, and a permanent
/// weir::error where the rows do not fit the C++ type. A cancelled statement is cancelled on the
/// server, too.
///
/// `Row` is a struct (each field from the column of its name; other columns are ignored), one value
/// (the only column) or a std::tuple (all columns in their order). A field that may be NULL is a
/// std::optional, and a text a std::string: what is read owns its bytes.
template <class Derived>
class statements {
 public:
  /// Runs it and gives the number of rows that it changed.
  template <fixed_string Sql, statement_kind Kind, fixed_string Name, class... Args>
  task<std::uint64_t> exec(statement<Sql, Kind, Name>, const Args&... args) {
    const auto& shape = used<statement<Sql, Kind, Name>, void, Args...>();
    return affected(derived(), shape, encode(args...));
  }

  /// All rows.
  template <class Row, fixed_string Sql, statement_kind Kind, fixed_string Name, class... Args>
  task<std::vector<Row>> query(statement<Sql, Kind, Name>, const Args&... args) {
    const auto& shape = used<statement<Sql, Kind, Name>, Row, Args...>();
    return all<Row>(derived(), shape, encode(args...));
  }

  /// The only row; throws `not_found` when there is none, `conflict` when there are more.
  template <class Row, fixed_string Sql, statement_kind Kind, fixed_string Name, class... Args>
  task<Row> one(statement<Sql, Kind, Name>, const Args&... args) {
    const auto& shape = used<statement<Sql, Kind, Name>, Row, Args...>();
    return only<Row>(derived(), shape, encode(args...));
  }

  /// The only row, or nothing; throws `conflict` when there are more.
  template <class Row, fixed_string Sql, statement_kind Kind, fixed_string Name, class... Args>
  task<std::optional<Row>> maybe(statement<Sql, Kind, Name>, const Args&... args) {
    const auto& shape = used<statement<Sql, Kind, Name>, Row, Args...>();
    return optional<Row>(derived(), shape, encode(args...));
  }

 protected:
  ~statements() = default;

 private:
  Derived& derived() noexcept { return static_cast<Derived&>(*this); }

  static task<std::uint64_t> affected(Derived& on, const statement_shape& shape,
                                      parameters encoded) {
    const result_set rows = co_await on.run(shape, std::move(encoded));
    co_return rows.affected();
  }
  template <class Row>
  static task<std::vector<Row>> all(Derived& on, const statement_shape& shape, parameters encoded) {
    const result_set rows = co_await on.run(shape, std::move(encoded));
    co_return read_rows<Row>(rows);
  }
  template <class Row>
  static task<Row> only(Derived& on, const statement_shape& shape, parameters encoded) {
    const result_set rows = co_await on.run(shape, std::move(encoded));
    co_return read_only<Row>(rows, shape);
  }
  template <class Row>
  static task<std::optional<Row>> optional(Derived& on, const statement_shape& shape,
                                           parameters encoded) {
    const result_set rows = co_await on.run(shape, std::move(encoded));
    co_return read_optional<Row>(rows, shape);
  }
};

}  // namespace weir::postgres::detail
