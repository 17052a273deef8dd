// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdlib>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "weir/detail/aggregate.hpp"

/// The names and the fields of a plain struct, read from the struct itself:
///
///     struct order { weir::uuid id; std::int64_t amount_cents; };
///
///     static_assert(weir::field_names<order>()[1] == "amount_cents");
///     weir::for_each_field(some_order, [](std::string_view name, auto& field) { ... });
///
/// What reflects without a macro: an aggregate (no constructor, no private member, no virtual
/// function) that can be default-initialised and has 1 to 64 fields, none of which is a C array, a
/// bit-field or a reference, and no base class. What else should reflect lists its fields with
/// WEIR_FIELDS.

/// Lists the fields of the surrounding class for reflection, in the order given; stands in the
/// public part of the class and reaches private members as well:
///
///     class order {
///      public:
///       order() = default;
///       WEIR_FIELDS(id, amount_cents)
///      private:
///       weir::uuid id;
///       std::int64_t amount_cents = 0;
///     };
#define WEIR_FIELDS(...)                                               \
  constexpr auto weir_fields() { return std::tie(__VA_ARGS__); }       \
  constexpr auto weir_fields() const { return std::tie(__VA_ARGS__); } \
  static constexpr std::string_view weir_field_names() { return #__VA_ARGS__; }

namespace weir {
namespace detail {

template <class T>
concept lists_fields = requires(T& value) {
  value.weir_fields();
  { T::weir_field_names() } -> std::convertible_to<std::string_view>;
};

/// Converts to any field, but not to the aggregate that is being counted. Used in unevaluated
/// operands only; the body keeps compilers from warning that there is none.
template <class Aggregate>
struct any_field {
  template <class Field>
    requires(!std::same_as<Field, Aggregate>)
  operator Field() const noexcept {  // NOLINT(google-explicit-constructor): implicit is the point
    std::abort();
  }
};

template <class T, std::size_t... Index>
constexpr bool is_initialised_by(std::index_sequence<Index...>) {
  return requires { T{(static_cast<void>(Index), any_field<T>{})...}; };
}

/// Counts by trying one initialiser more until the compiler refuses.
template <class T, std::size_t Count = 0>
constexpr std::size_t aggregate_size() {
  if constexpr (is_initialised_by<T>(std::make_index_sequence<Count + 1>{})) {
    static_assert(Count < aggregate_fields_max, "a reflected struct has at most 64 fields");
    return aggregate_size<T, Count + 1>();
  } else {
    return Count;
  }
}

template <class T>
constexpr auto fields_of(T& value) {
  if constexpr (lists_fields<T>) {
    return value.weir_fields();
  } else {
    return aggregate<aggregate_size<std::remove_const_t<T>>()>::tie(value);
  }
}

template <class T>
using fields_tuple = decltype(fields_of(std::declval<T&>()));

/// An object that is never defined and never read: only the addresses of its fields are used, as
/// template arguments, because the compiler spells them with the field's name.
template <class T>
struct nowhere {
  const T value;
};

#pragma GCC diagnostic push
#ifdef __clang__
#pragma clang diagnostic ignored "-Wundefined-var-template"
#pragma clang diagnostic ignored "-Wundefined-internal"
#endif
template <class T>
extern const nowhere<T> somewhere;

template <auto Address>
consteval std::string_view spelled_name() {
  constexpr auto in_name = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  // clang: "... [Address = &somewhere.value.order_id]"
  // gcc:   "... [with auto Address = (& somewhere<order>.nowhere<order>::value.order::order_id);
  // ...
  //         std::string_view = ...]"
  std::string_view text = __PRETTY_FUNCTION__;
#ifndef __clang__
  text = text.substr(0, text.find("); "));
#endif
  std::size_t end = text.size();
  while (!in_name(text[end - 1])) --end;
  std::size_t begin = end;
  while (in_name(text[begin - 1])) --begin;
  return text.substr(begin, end - begin);
}

template <class T, std::size_t... Index>
consteval auto aggregate_names(std::index_sequence<Index...>) {
  return std::array<std::string_view, sizeof...(Index)>{
      spelled_name<&std::get<Index>(fields_of(somewhere<T>.value))>()...};
}
#pragma GCC diagnostic pop

template <class T, std::size_t Count>
consteval auto listed_names() {
  std::array<std::string_view, Count> names;
  std::string_view rest = T::weir_field_names();
  for (std::string_view& name : names) {
    const std::size_t comma = rest.find(',');
    name = rest.substr(0, comma);
    rest.remove_prefix(comma == rest.npos ? rest.size() : comma + 1);
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  }
  return names;
}

}  // namespace detail

/// A type whose fields are known by name: an aggregate as described above, or with WEIR_FIELDS.
template <class T>
concept reflectable =
    std::is_class_v<T> &&
    (detail::lists_fields<T> || (std::is_aggregate_v<T> && detail::aggregate_size<T>() > 0));

/// The number of fields.
template <reflectable T>
inline constexpr std::size_t field_count = std::tuple_size_v<detail::fields_tuple<T>>;

/// The type of the field at `Index`, without const and reference.
template <reflectable T, std::size_t Index>
using field_type = std::remove_cvref_t<std::tuple_element_t<Index, detail::fields_tuple<T>>>;

/// The names of the fields in the order of their declaration. The views live for ever.
template <reflectable T>
consteval std::array<std::string_view, field_count<T>> field_names() {
  if constexpr (detail::lists_fields<T>) {
    return detail::listed_names<T, field_count<T>>();
  } else {
    return detail::aggregate_names<T>(std::make_index_sequence<field_count<T>>{});
  }
}

/// The field at `Index`, const where `value` is.
template <std::size_t Index, class T>
  requires reflectable<std::remove_const_t<T>>
constexpr auto& field_at(T& value) {
  return std::get<Index>(detail::fields_of(value));
}

/// Calls `visit(std::string_view name, auto& field)` for each field in order of declaration; the
/// field is const where `value` is.
template <class T, class Visit>
  requires reflectable<std::remove_const_t<T>>
constexpr void for_each_field(T& value, Visit&& visit) {
  constexpr auto names = field_names<std::remove_const_t<T>>();
  [&]<std::size_t... Index>(std::index_sequence<Index...>) {
    auto fields = detail::fields_of(value);
    (visit(names[Index], std::get<Index>(fields)), ...);
  }(std::make_index_sequence<names.size()>{});
}

}  // namespace weir
