// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <compare>
#include <numeric>
#include <vector>

#include "weir/postgres/detail/row_list.hpp"
#include "weir/postgres/detail/table_sql.hpp"

namespace weir::postgres::detail {

template <class T>
int sign_of(const T& comparison) {
  return comparison < 0 ? -1 : comparison > 0 ? 1 : 0;
}

/// Below, equal or above 0, in any order that is the same everywhere.
template <class T>
int compare_values(const T& left, const T& right) {
  if constexpr (std::is_pointer_v<T>) {
    return compare_values(std::string_view(left), std::string_view(right));
  } else if constexpr (std::three_way_comparable<T>) {
    return sign_of(left <=> right);
  } else {
    std::string forms[2];
    array_form<T>::encode(forms[0], left);
    array_form<T>::encode(forms[1], right);
    return forms[0].compare(forms[1]);
  }
}

/// The same, of the keys of two rows.
template <class Key, class Row>
int compare_keys(const Row& left, const Row& right) {
  constexpr auto names = field_names<Row>();
  return [&]<std::size_t... At>(std::index_sequence<At...>) {
    int found = 0;
    const auto compare_field = [&]<std::size_t Index>() {
      if constexpr (Key::contains(names[Index])) {
        if (found == 0) found = compare_values(field_at<Index>(left), field_at<Index>(right));
      }
    };
    (compare_field.template operator()<At>(), ...);
    return found;
  }(std::make_index_sequence<field_count<Row>>{});
}

/// The numbers of the rows in the order of their keys, one for each key: the last row that has it,
/// or the first. Whoever stores rows in this order locks them in the same one.
template <class Key, class Row>
std::vector<std::size_t> order_by_key(row_list<Row> rows, bool last_counts) {
  std::vector<std::size_t> order(rows.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto compare = [&](std::size_t left, std::size_t right) {
    return compare_keys<Key>(rows[left], rows[right]);
  };
  const auto is_not_below = [&](std::size_t left, std::size_t right) {
    return compare(left, right) >= 0;
  };
  // Most come in order already.
  if (std::adjacent_find(order.begin(), order.end(), is_not_below) == order.end()) return order;
  std::sort(order.begin(), order.end(), [&](std::size_t left, std::size_t right) {
    const int found = compare(left, right);
    if (found != 0) return found < 0;
    return last_counts ? left > right : left < right;
  });
  const auto have_same_key = [&](std::size_t left, std::size_t right) {
    return compare(left, right) == 0;
  };
  order.erase(std::unique(order.begin(), order.end(), have_same_key), order.end());
  return order;
}

}  // namespace weir::postgres::detail
