// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/postgres/detail/array_form.hpp"
#include "weir/postgres/detail/parameters.hpp"
#include "weir/postgres/detail/static_text.hpp"
#include "weir/postgres/table.hpp"

namespace weir::postgres::detail {

/// Calls `visit.operator()<Element>(name)` for each column, `Element` being its type that is never
/// NULL.
template <class Row, class Visit>
constexpr void for_each_column(Visit visit) {
  constexpr auto names = field_names<Row>();
  [&]<std::size_t... At>(std::index_sequence<At...>) {
    (visit.template operator()<typename element_of<field_type<Row, At>>::type>(names[At]), ...);
  }(std::make_index_sequence<field_count<Row>>{});
}

template <class Row>
consteval bool require_row_fields() {
  for_each_column<Row>([]<class Element>(std::string_view) {
    static_assert(encodable<Element>,
                  "a field of the row's struct has no PostgreSQL form: use a type that weir knows, "
                  "or specialise weir::postgres::value_of for it");
  });
  return true;
}

constexpr void put_name(growing_text& sql, std::string_view name) {
  // In quotes, for a column may be called as a word of SQL is.
  sql += '"';
  sql += name;
  sql += '"';
}

constexpr void put_number(growing_text& sql, std::size_t number) {
  if (number >= 10) put_number(sql, number / 10);
  sql += static_cast<char>('0' + number % 10);
}

constexpr bool every_column(std::string_view) { return true; }

/// Appends what `put(name)` does for those columns that `is_listed` tells, with commas in between.
template <class Row, class Put>
constexpr void put_columns(growing_text& sql, bool (*is_listed)(std::string_view), Put put) {
  bool is_first = true;
  for (const std::string_view name : field_names<Row>()) {
    if (!is_listed(name)) continue;
    if (!is_first) sql += ", ";
    is_first = false;
    put(name);
  }
}

/// `"id", "name"`.
template <class Row>
constexpr void put_column_list(growing_text& sql,
                               bool (*is_listed)(std::string_view) = every_column) {
  put_columns<Row>(sql, is_listed, [&](std::string_view name) { put_name(sql, name); });
}

/// One parameter for each column, an array of its values.
template <class Table>
constexpr growing_text insert_sql() {
  using row = typename Table::row;
  growing_text sql;
  sql += "insert into ";
  sql += Table::name();
  sql += " (";
  put_column_list<row>(sql);
  sql += ") select ";
  std::size_t number = 0;
  for_each_column<row>([&]<class Element>(std::string_view name) {
    if (number++ > 0) sql += ", ";
    put_name(sql, name);
    if constexpr (array_form<Element>::needs_cast) {
      sql += "::";
      put_type_name<Element>(sql);
    }
  });
  sql += " from unnest(";
  number = 0;
  put_columns<row>(sql, every_column, [&](std::string_view) {
    sql += '$';
    put_number(sql, ++number);
  });
  sql += ") as given (";
  put_column_list<row>(sql);
  sql += ')';
  return sql;
}

/// Gives a row for each that was stored: whether it is new, and its key.
template <class Target>
constexpr growing_text upsert_sql() {
  using row = typename Target::row;
  growing_text sql = insert_sql<typename Target::table_type>();
  sql += " on conflict (";
  put_column_list<row>(sql, &Target::key::contains);
  sql += ") do ";
  if constexpr (std::same_as<typename Target::updated, column_names<>>) {
    sql += "nothing returning true, ";
  } else {
    sql += "update set ";
    put_columns<row>(sql, &Target::updated::contains, [&](std::string_view name) {
      put_name(sql, name);
      sql += " = excluded.";
      put_name(sql, name);
    });
    // A row that was there has been locked before it was updated, which leaves its mark in xmax.
    sql += " returning xmax = 0, ";
  }
  put_column_list<row>(sql, &Target::key::contains);
  return sql;
}

template <class Table>
constexpr growing_text insert_name() {
  growing_text name;
  name += "bulk_insert ";
  name += Table::name();
  return name;
}
template <class Target>
constexpr growing_text upsert_name() {
  growing_text name;
  name += "bulk_upsert ";
  name += Target::table_type::name();
  return name;
}

/// The types of the parameters of both.
template <class Row>
inline constexpr auto array_types = [] {
  std::array<oid, field_count<Row>> types{};
  std::size_t at = 0;
  for_each_column<Row>(
      [&]<class Element>(std::string_view) { types[at++] = array_form<Element>::type; });
  return types;
}();

template <class Table>
inline constexpr statement_shape insert_shape{
    static_text<&insert_sql<Table>>::bytes.data(), array_types<typename Table::row>.data(),
    field_count<typename Table::row>, statement_kind::write,
    static_text<&insert_name<Table>>::view};

template <class Target>
inline constexpr statement_shape upsert_shape{
    static_text<&upsert_sql<Target>>::bytes.data(), array_types<typename Target::row>.data(),
    field_count<typename Target::row>, statement_kind::write,
    static_text<&upsert_name<Target>>::view};

}  // namespace weir::postgres::detail
