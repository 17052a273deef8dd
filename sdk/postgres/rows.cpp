// SPDX-License-Identifier: Apache-2.0
#include "weir/postgres/detail/rows.hpp"

#include <string>

#include "weir/error.hpp"
#include "weir/postgres/detail/statements.hpp"

namespace weir::postgres::detail {
namespace {

[[noreturn]] void refuse(std::string text) {
  throw weir::error(errc::invalid_input, disposition::permanent, std::move(text));
}

std::string column_list(const result_set& rows) {
  std::string list;
  for (int column = 0; column < rows.column_count(); ++column) {
    if (column > 0) list += ", ";
    list += rows.column_name(column);
  }
  return list.empty() ? "none" : list;
}

}  // namespace

int find_column(const result_set& rows, std::string_view name) {
  for (int column = 0; column < rows.column_count(); ++column) {
    if (rows.column_name(column) == name) return column;
  }
  refuse("the result has no column \"" + std::string(name) + "\" for the field of that name; its " +
         "columns are: " + column_list(rows) + ". Select it, or name one so with AS");
}

void require_columns(const result_set& rows, std::size_t count) {
  if (static_cast<std::size_t>(rows.column_count()) == count) return;
  refuse("the result has " + std::to_string(rows.column_count()) + " columns (" +
         column_list(rows) + ") where the C++ type takes " + std::to_string(count));
}

void wrong_column_type(const result_set& rows, int column, std::string_view wanted) {
  const std::string name(rows.column_name(column));
  refuse("column \"" + name + "\" has the type with oid " +
         std::to_string(rows.column_type(column)) + " (select oid::regtype says which), which " +
         "the C++ field (" + std::string(wanted) + ") cannot hold; change the field, or cast: " +
         name + "::" + std::string(wanted == "array" ? "text" : wanted));
}

void unexpected_null(const result_set& rows, int row, int column) {
  refuse("column \"" + std::string(rows.column_name(column)) + "\" is NULL in row " +
         std::to_string(row) + "; make the field a std::optional, or use coalesce");
}

void wrong_row_count(const statement_shape& shape, int rows) {
  const std::string sql(shape.sql);
  if (rows == 0) {
    throw weir::error(errc::not_found, disposition::permanent,
                      "no row where one was expected, from: " + sql);
  }
  throw weir::error(errc::conflict, disposition::permanent,
                    std::to_string(rows) + " rows where at most one was expected, from: " + sql);
}

}  // namespace weir::postgres::detail
