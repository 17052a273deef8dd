// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/postgres/detail/array_form.hpp"
#include "weir/reflect.hpp"

namespace weir::postgres::detail {

/// A struct whose fields have forms themselves.
template <class T>
concept holds_forms =
    reflectable<T> &&
    (!own_type<T> || requires { typename postgres::value_of<T>::composite_type; });

/// About how much memory a value takes, what it owns elsewhere included.
template <class T>
std::size_t held_bytes(const T& value) {
  if constexpr (std::is_trivially_copyable_v<T>) {
    return sizeof(T);
  } else if constexpr (std::same_as<T, std::string>) {
    return sizeof(T) + value.size();
  } else if constexpr (element_of<T>::nullable) {
    return sizeof(T) + (value ? held_bytes(*value) : 0);
  } else if constexpr (is_vector<T>) {
    std::size_t sum = sizeof(T);
    if constexpr (std::is_trivially_copyable_v<typename T::value_type>) {
      return sum + value.size() * sizeof(typename T::value_type);
    }
    for (const auto& element : value) sum += held_bytes(element);
    return sum;
  } else if constexpr (holds_forms<T>) {
    std::size_t sum = 0;
    for_each_field(value, [&](std::string_view, const auto& field) { sum += held_bytes(field); });
    return sum;
  } else {
    // Nothing is known of it but its form.
    std::string form;
    array_form<T>::encode(form, value);
    return sizeof(T) + form.size();
  }
}

}  // namespace weir::postgres::detail
