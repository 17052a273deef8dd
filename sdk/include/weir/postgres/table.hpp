// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/postgres/detail/column_names.hpp"

namespace weir::postgres {

/// Rows for a table, with what happens to one whose key is there already; made by table_target.
template <class Table, class Key, class Updated>
struct upsert_target {
  using table_type = Table;
  using row = typename Table::row;
  using key = Key;
  using updated = Updated;  ///< Empty for DO NOTHING.
};

/// The columns by which a row is found that is there already; made by table_target::on_conflict().
template <class Table, class Key>
struct conflict_target {
  /// The row that is there gets these columns of the new one; without any named, all but the key.
  template <fixed_string... Column>
  consteval auto do_update() const {
    detail::require_columns_of<typename Table::row, Column...>();
    if constexpr (sizeof...(Column) > 0) {
      return upsert_target<Table, Key, detail::column_names<Column...>>{};
    } else {
      static_assert(field_count<typename Table::row> > Key::count,
                    "every column is part of the key, so there is none to update: do_nothing()");
      return upsert_target<Table, Key, detail::all_columns_but<Key>>{};
    }
  }

  /// The row that is there stays as it is.
  consteval auto do_nothing() const { return upsert_target<Table, Key, detail::column_names<>>{}; }
};

/// A table and the struct that is a row of it; made through `table`.
template <class Row, fixed_string Name>
struct table_target {
  static_assert(reflectable<Row>,
                "a row is a struct without constructors and with 1 to 64 fields, or one with "
                "WEIR_FIELDS (weir/reflect.hpp)");
  using row = Row;
  static constexpr std::string_view name() { return Name.view(); }

  /// The columns of a primary key or a unique index, which must exist. Their fields may be neither
  /// optionals (NULL is not equal to NULL) nor floating-point numbers.
  template <fixed_string... Column>
  consteval auto on_conflict() const {
    static_assert(sizeof...(Column) > 0, "on_conflict names the columns of a unique key");
    detail::require_columns_of<Row, Column...>();
    detail::require_key_columns<Row, Column...>();
    return conflict_target<table_target, detail::column_names<Column...>>{};
  }
};

/// A table constant, for bulk_insert(), bulk_upsert(), copy_in() and copy_out():
///
///     struct stock { std::int64_t id; std::string name; std::optional<std::int32_t> left; };
///
///     inline constexpr auto stocks = weir::postgres::table<stock, "stock">;
///     inline constexpr auto stock_by_id = stocks.on_conflict<"id">().do_update<"name", "left">();
///
/// The columns are the struct's fields, by their exact names; other columns of the table get their
/// defaults. The table's name stands in statements as it is given, so it may have a schema
/// ("shop.stock") and needs quotes where SQL asks for them.
template <class Row, fixed_string Name>
inline constexpr table_target<Row, Name> table{};

}  // namespace weir::postgres
