// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/postgres/detail/array_codec.hpp"
#include "weir/postgres/detail/composite_codec.hpp"
#include "weir/postgres/detail/enum_codec.hpp"
#include "weir/postgres/detail/range_codec.hpp"
#include "weir/postgres/detail/static_text.hpp"
#include "weir/postgres/detail/value_codec.hpp"

namespace weir::postgres::detail {

template <class T>
inline constexpr bool is_vector = false;
template <class T>
inline constexpr bool is_vector<std::vector<T>> = true;

/// The PostgreSQL type of a value by its name, as a cast needs it.
template <class T>
constexpr void put_type_name(growing_text& sql) {
  if constexpr (requires(const T& value) { value_of<T>::to_value(value); }) {
    put_type_name<value_made_of<T>>(sql);
  } else if constexpr (is_vector<T> && !array_element<T>) {
    put_type_name<typename element_of<typename T::value_type>::type>(sql);
    sql += "[]";
  } else {
    sql += codec<T>::name;
  }
}

/// How the values of a column travel as one array in its binary form.
///
/// Those of a built-in type as an array of that; the server casts them as it does on assignment.
/// Enums and composites, whose arrays have no number that a program could know, and arrays, of
/// which there are none, as an array of texts, each of which is cast to the type by its name.
template <class T>
struct array_form {
  static constexpr bool needs_cast = true;
  static constexpr oid type = text_array_type;
  static constexpr oid element_type = text_type;
  static void encode(std::string& out, const T& value) { put_literal(out, value); }
};
template <class T>
  requires(array_element<T> && codec<T>::array_type != inferred_type)
struct array_form<T> {
  static constexpr bool needs_cast = false;
  static constexpr oid type = codec<T>::array_type;
  static constexpr oid element_type = codec<std::vector<T>>::element_type;
  static void encode(std::string& out, const T& value) { codec<T>::encode(out, value); }
};

}  // namespace weir::postgres::detail
