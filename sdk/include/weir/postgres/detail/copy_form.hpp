// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/postgres/detail/table_sql.hpp"

namespace weir::postgres::detail {

/// What is text in its binary form, too: text and enums, and what is one of these.
template <class T>
consteval bool is_text_form() {
  if constexpr (std::derived_from<codec<T>, text_codec>) {
    return true;
  } else if constexpr (requires { typename value_of<T>::enum_type; }) {
    return true;
  } else if constexpr (requires { typename value_made_of<T>; }) {
    return is_text_form<value_made_of<T>>();
  } else {
    return false;
  }
}

/// What COPY can take: not composites and arrays of enums, whose binary forms hold numbers of types
/// that no program knows.
template <class T>
concept copyable = encodable<T> && (codec<T>::type != inferred_type || is_text_form<T>());

/// Tells whether a column takes the binary form of a T, for COPY casts nothing.
template <copyable T>
constexpr bool is_copied_into(oid column) {
  if constexpr (codec<T>::type != inferred_type) {
    return column == codec<T>::type;
  } else {
    return text_codec::accepts(column) || column == json_type || is_assigned(column);
  }
}

/// A column of a COPY: its field, the type that this travels as, and which columns will do.
struct copy_column {
  std::string_view name;
  std::string_view type;
  bool (*takes)(oid column);
};

template <class Row>
inline constexpr auto columns_copied_in = [] {
  std::array<copy_column, field_count<Row>> columns{};
  std::size_t at = 0;
  for_each_column<Row>([&]<class Element>(std::string_view name) {
    static_assert(copyable<Element>,
                  "a field cannot be copied in: COPY has no form for composites and for arrays of "
                  "enums or composites. Use bulk_insert");
    if constexpr (copyable<Element>) {
      columns[at++] = {name, codec<Element>::name, &is_copied_into<Element>};
    }
  });
  return columns;
}();

template <class Row>
inline constexpr auto columns_copied_out = [] {
  std::array<copy_column, field_count<Row>> columns{};
  std::size_t at = 0;
  for_each_column<Row>([&]<class Element>(std::string_view name) {
    columns[at++] = {name, codec<Element>::name, &codec<Element>::accepts};
  });
  return columns;
}();

/// Everything that is known of a COPY when the program is compiled.
struct copy_plan {
  std::string_view name;  ///< For errors and metrics: "copy_in stock".
  std::string_view sql;
  const statement_shape* look;  ///< Gives no row, but the types of the columns.
  std::span<const copy_column> columns;
};

/// `select "id", "name" from stock`; of the rows of a query, that in brackets.
template <class Row, class Source>
constexpr void put_select(growing_text& sql) {
  sql += "select ";
  put_column_list<Row>(sql);
  sql += " from ";
  Source::put(sql);
}

template <class Row, class Source>
constexpr growing_text look_sql() {
  growing_text sql;
  put_select<Row, Source>(sql);
  sql += " where false";
  return sql;
}

template <class Row, class Source>
constexpr growing_text copy_in_sql() {
  growing_text sql;
  sql += "copy ";
  Source::put(sql);
  sql += " (";
  put_column_list<Row>(sql);
  sql += ") from stdin (format binary)";
  return sql;
}

/// As a query, for a partitioned table or a view has no other COPY.
template <class Row, class Source>
constexpr growing_text copy_out_sql() {
  growing_text sql;
  sql += "copy (";
  put_select<Row, Source>(sql);
  sql += ") to stdout (format binary)";
  return sql;
}

template <class Source>
constexpr growing_text copy_in_name() {
  growing_text name;
  name += "copy_in ";
  name += Source::name();
  return name;
}
template <class Source>
constexpr growing_text copy_out_name() {
  growing_text name;
  name += "copy_out";
  if (!Source::name().empty()) name += ' ';
  name += Source::name();
  return name;
}

template <class Table>
struct rows_of_table {
  static constexpr std::string_view name() { return Table::name(); }
  static constexpr void put(growing_text& sql) { sql += Table::name(); }
};

template <class Statement>
struct rows_of_query {
  static constexpr std::string_view name() { return Statement::name(); }
  static constexpr void put(growing_text& sql) {
    sql += '(';
    sql += Statement::text();
    sql += "\n) as copied";  // On a line of its own: the query may end in a comment.
  }
};

template <class Row, class Source>
inline constexpr statement_shape copy_in_look{static_text<&look_sql<Row, Source>>::bytes.data(),
                                              nullptr, 0, statement_kind::read,
                                              static_text<&copy_in_name<Source>>::view};
template <class Row, class Source>
inline constexpr statement_shape copy_out_look{static_text<&look_sql<Row, Source>>::bytes.data(),
                                               nullptr, 0, statement_kind::read,
                                               static_text<&copy_out_name<Source>>::view};

template <class Row, class Source>
inline constexpr copy_plan copy_in_plan{static_text<&copy_in_name<Source>>::view,
                                        static_text<&copy_in_sql<Row, Source>>::view,
                                        &copy_in_look<Row, Source>, columns_copied_in<Row>};
template <class Row, class Source>
inline constexpr copy_plan copy_out_plan{static_text<&copy_out_name<Source>>::view,
                                         static_text<&copy_out_sql<Row, Source>>::view,
                                         &copy_out_look<Row, Source>, columns_copied_out<Row>};

}  // namespace weir::postgres::detail
