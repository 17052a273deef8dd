// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <span>

#include "weir/postgres/detail/own_codec.hpp"
#include "weir/reflect.hpp"

namespace weir::postgres::detail {

template <class T>
inline constexpr bool is_view = std::is_pointer_v<T>;
template <class Char, class Traits>
inline constexpr bool is_view<std::basic_string_view<Char, Traits>> = true;
template <class T, std::size_t Size>
inline constexpr bool is_view<std::span<T, Size>> = true;
template <class T>
inline constexpr bool is_view<std::optional<T>> = is_view<T>;
template <class T>
inline constexpr bool is_view<std::vector<T>> = is_view<T>;

/// Converts to views alone. Used in unevaluated operands only.
struct any_view {
  template <class View>
    requires is_view<View>
  operator View() const noexcept {  // NOLINT(google-explicit-constructor): implicit is the point
    std::abort();
  }
};

/// Tells whether an aggregate has a view behind the first `Before` fields. It need not be
/// reflectable: its fields are tried, not named.
template <class T, std::size_t Before = 0>
consteval bool has_view() {
  constexpr bool is_found = []<std::size_t... At>(std::index_sequence<At...>) {
    return requires { T{(static_cast<void>(At), weir::detail::any_field<T>{})..., any_view{}}; };
  }(std::make_index_sequence<Before>{});
  if constexpr (is_found) {
    return true;
  } else if constexpr (Before + 1 < weir::detail::aggregate_fields_max &&
                       weir::detail::is_initialised_by<T>(std::make_index_sequence<Before + 1>{})) {
    return has_view<T, Before + 1>();
  } else {
    return false;
  }
}

template <class T>
consteval bool keeps_its_bytes();

template <class T>
consteval bool fields_keep_their_bytes() {
  return []<std::size_t... At>(std::index_sequence<At...>) {
    return (keeps_its_bytes<field_type<T, At>>() && ...);
  }(std::make_index_sequence<field_count<T>>{});
}

template <class T>
consteval bool keeps_its_bytes() {
  if constexpr (is_view<T>) {
    return false;
  } else if constexpr (element_of<T>::nullable) {
    return keeps_its_bytes<typename element_of<T>::type>();
  } else if constexpr (requires { typename postgres::value_of<T>::composite_type; }) {
    return fields_keep_their_bytes<T>();
  } else if constexpr (own_type<T>) {
    if constexpr (std::is_class_v<T> && std::is_aggregate_v<T>) return !has_view<T>();
    return true;
  } else if constexpr (requires { codec<T>::element_type; }) {
    return keeps_its_bytes<typename T::value_type>();
  } else if constexpr (reflectable<T>) {
    return fields_keep_their_bytes<T>();
  } else {
    return true;
  }
}

/// A value that keeps its bytes itself: no view or pointer is in it, as far as its fields are
/// known. Of a type with a value_of, those of an aggregate are.
template <class T>
concept owned = keeps_its_bytes<T>();

}  // namespace weir::postgres::detail
