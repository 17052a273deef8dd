// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <tuple>
#include <utility>
#include <vector>

#include "weir/postgres/detail/array_codec.hpp"
#include "weir/postgres/detail/composite_codec.hpp"
#include "weir/postgres/detail/enum_codec.hpp"
#include "weir/postgres/detail/owned.hpp"
#include "weir/postgres/detail/range_codec.hpp"
#include "weir/postgres/detail/result_set.hpp"
#include "weir/reflect.hpp"

namespace weir::postgres::detail {

/// The column with this name; throws an error that lists the columns when there is none.
int find_column(const result_set& rows, std::string_view name);
/// Throws unless there are `count` columns.
void require_columns(const result_set& rows, std::size_t count);
[[noreturn]] void wrong_column_type(const result_set& rows, int column, std::string_view wanted);
[[noreturn]] void unexpected_null(const result_set& rows, int row, int column);

template <class T>
void require_type(const result_set& rows, int column) {
  using element = codec<typename element_of<T>::type>;
  static_assert(encodable<typename element_of<T>::type>,
                "a field's type has no PostgreSQL form: use bool, int16/32/64, float, "
                "double, std::string, std::vector<std::byte>, weir::uuid, weir::timestamp, a value "
                "type of weir/postgres/ (jsonb, numeric, ...), a type of your own with a "
                "weir::postgres::value_of, a vector or an optional of these");
  if (!element::accepts(rows.column_type(column))) wrong_column_type(rows, column, element::name);
}

template <class T>
consteval bool require_owned() {
  static_assert(owned<T>,
                "a field that is read is a view or a pointer, and what it would point to is gone "
                "with the answer: use a type that owns its bytes, such as std::string");
  return true;
}

template <class T>
T read_value(const result_set& rows, int row, int column) {
  static_assert(require_owned<T>());
  using element = codec<typename element_of<T>::type>;
  if (rows.is_null(row, column)) {
    if constexpr (element_of<T>::nullable) {
      return std::nullopt;
    } else {
      unexpected_null(rows, row, column);
    }
  }
  return element::decode(rows.bytes(row, column), rows.column_type(column));
}

/// Makes rows of one type from a result: checks names and types once, then reads row after row.
template <class Row>
class row_reader;

/// A struct: each field from the column of its name, wherever that stands.
template <reflectable Row>
  requires(!encodable<typename element_of<Row>::type>)
class row_reader<Row> {
 public:
  explicit row_reader(const result_set& rows) : rows_(rows) {
    constexpr auto names = field_names<Row>();
    [&]<std::size_t... At>(std::index_sequence<At...>) {
      ((columns_[At] = find_column(rows, names[At]),
        require_type<field_type<Row, At>>(rows, columns_[At])),
       ...);
    }(std::make_index_sequence<field_count<Row>>{});
  }

  Row read(int row) const {
    Row made{};
    [&]<std::size_t... At>(std::index_sequence<At...>) {
      ((field_at<At>(made) = read_value<field_type<Row, At>>(rows_, row, columns_[At])), ...);
    }(std::make_index_sequence<field_count<Row>>{});
    return made;
  }

 private:
  const result_set& rows_;
  std::array<int, field_count<Row>> columns_{};
};

/// One value: the only column.
template <class Row>
  requires(encodable<typename element_of<Row>::type>)
class row_reader<Row> {
 public:
  explicit row_reader(const result_set& rows) : rows_(rows) {
    require_columns(rows, 1);
    require_type<Row>(rows, 0);
  }
  Row read(int row) const { return read_value<Row>(rows_, row, 0); }

 private:
  const result_set& rows_;
};

/// A tuple: the columns in their order.
template <class... Value>
class row_reader<std::tuple<Value...>> {
 public:
  explicit row_reader(const result_set& rows) : rows_(rows) {
    require_columns(rows, sizeof...(Value));
    require_types(columns());
  }
  std::tuple<Value...> read(int row) const { return read_columns(row, columns()); }

 private:
  using columns = std::make_integer_sequence<int, sizeof...(Value)>;

  template <int... Column>
  void require_types(std::integer_sequence<int, Column...>) const {
    (require_type<Value>(rows_, Column), ...);
  }
  template <int... Column>
  std::tuple<Value...> read_columns(int row, std::integer_sequence<int, Column...>) const {
    return {read_value<Value>(rows_, row, Column)...};
  }

  const result_set& rows_;
};

template <class Row>
std::vector<Row> read_rows(const result_set& rows) {
  const row_reader<Row> reader(rows);
  std::vector<Row> all;
  all.reserve(static_cast<std::size_t>(rows.row_count()));
  for (int row = 0; row < rows.row_count(); ++row) all.push_back(reader.read(row));
  return all;
}

}  // namespace weir::postgres::detail
