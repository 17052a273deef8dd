// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <optional>
#include <string_view>

#include "weir/fixed_string.hpp"
#include "weir/postgres/detail/codec.hpp"
#include "weir/reflect.hpp"

namespace weir::postgres::detail {

/// Columns by their names.
template <fixed_string... Column>
struct column_names {
  static constexpr std::size_t count = sizeof...(Column);
  static constexpr bool contains(std::string_view name) { return ((Column.view() == name) || ...); }
};

/// All columns of a table but these.
template <class Columns>
struct all_columns_but {
  static constexpr bool contains(std::string_view name) { return !Columns::contains(name); }
};

/// The number of the field with this name; the number of fields where there is none.
template <class Row>
consteval std::size_t field_index(std::string_view name) {
  constexpr auto names = field_names<Row>();
  std::size_t at = 0;
  while (at < names.size() && names[at] != name) ++at;
  return at;
}

template <class Row, fixed_string... Column>
consteval void require_columns_of() {
  static_assert(((field_index<Row>(Column.view()) < field_count<Row>) && ...),
                "a column is named that is no field of the row's struct");
}

template <class Row, fixed_string Column>
using column_type = field_type<Row, field_index<Row>(Column.view())>;

template <class Row, fixed_string... Column>
consteval void require_key_columns() {
  static_assert((!element_of<column_type<Row, Column>>::nullable && ...),
                "a key column may be NULL, and NULL is not equal to NULL: its field must not be a "
                "std::optional");
  static_assert((!std::floating_point<column_type<Row, Column>> && ...),
                "a key column is a floating-point number, which is not always equal to what is "
                "stored: use an integer or numeric");
}

}  // namespace weir::postgres::detail
