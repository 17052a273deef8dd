// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/error.hpp"
#include "weir/postgres/detail/row_list.hpp"
#include "weir/postgres/detail/table_sql.hpp"

namespace weir::postgres {

/// What bulk_insert() and bulk_upsert() send in one statement at most; a row that is larger goes
/// alone.
inline constexpr std::size_t bulk_statement_rows_max = 10'000;
inline constexpr std::size_t bulk_statement_bytes_max = std::size_t{4} << 20;

namespace detail {

/// Throws the error of a field that cannot travel, with its name and its row's number.
[[noreturn]] void refuse_field(const weir::error& why, std::size_t row, std::string_view field);

/// Rows, column by column: each an array in its binary form, written straight from the rows.
template <class Row>
class column_arrays {
 public:
  /// Takes the rows that `row_number(n)` gives for n from `first` to `last`, as far as the bounds
  /// of a statement allow; gives the n behind the last one taken.
  template <class RowNumber>
  std::size_t fill(row_list<Row> rows, std::size_t first, std::size_t last, RowNumber row_number) {
    clear();
    last = std::min(last, first + bulk_statement_rows_max);
    std::size_t at = first;
    for (; at < last; ++at) {
      const std::size_t before = bytes_;
      add(rows, row_number(at));
      if (at == first) make_room(last - first);
      if (bytes_ <= bulk_statement_bytes_max || at == first) continue;
      take_back(before);
      break;
    }
    length_ = static_cast<std::uint32_t>(at - first);
    return at;
  }

  /// The arrays as the arguments of a statement.
  parameters arguments() const {
    parameters made;
    made.reserve(bytes_ + columns_.size() * array_head_bytes, columns_.size());
    std::size_t at = 0;
    for_each_column<Row>([&]<class Element>(std::string_view) {
      const std::string& elements = columns_[at++];
      made.add_binary([&](std::string& out) {
        put_array_head(out, {length_, array_form<Element>::element_type});
        out += elements;
      });
    });
    return made;
  }

 private:
  static constexpr std::size_t count = field_count<Row>;
  static constexpr std::size_t array_head_bytes = 5 * sizeof(std::uint32_t) + 1;

  void clear() {
    for (std::string& column : columns_) column.clear();
    bytes_ = 0;
  }

  void add(row_list<Row> rows, std::size_t number) {
    std::size_t column = 0;
    try {
      bytes_ = 0;
      for_each_field(rows[number], [&](std::string_view, const auto& field) {
        ends_[column] = columns_[column].size();
        put_element(columns_[column], field);
        bytes_ += columns_[column].size();
        ++column;
      });
    } catch (const weir::error& refused) {
      refuse_field(refused, number, field_names<Row>()[column]);
    }
  }

  /// Most rows are as large as the first one.
  void make_room(std::size_t rows) {
    for (std::string& column : columns_) {
      column.reserve(std::min(column.size() * rows, bulk_statement_bytes_max));
    }
  }

  /// Drops the row that was added last.
  void take_back(std::size_t bytes_before) {
    for (std::size_t column = 0; column < count; ++column) columns_[column].resize(ends_[column]);
    bytes_ = bytes_before;
  }

  template <class T>
  static void put_element(std::string& out, const T& value) {
    const std::size_t start = out.size();
    put_big_endian(out, null_length);
    if constexpr (element_of<T>::nullable) {
      if (!value.has_value()) return;
      array_form<typename element_of<T>::type>::encode(out, *value);
    } else {
      array_form<T>::encode(out, value);
    }
    set_length(out, start);
  }

  std::array<std::string, count> columns_;
  std::array<std::size_t, count> ends_{};  // Of the columns, before the last row.
  std::size_t bytes_ = 0;
  std::uint32_t length_ = 0;
};

}  // namespace detail
}  // namespace weir::postgres
