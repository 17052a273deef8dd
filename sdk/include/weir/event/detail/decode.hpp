// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>

#include "weir/enum_names.hpp"
#include "weir/event/detail/keys.hpp"
#include "weir/event/detail/mapping.hpp"
#include "weir/event/detail/reader.hpp"
#include "weir/reflect.hpp"

namespace weir::json::detail {

template <class T>
bool decode_value(reader& in, T& out);

template <class T>
bool decode_integer(reader& in, T& out) {
  using limits = std::numeric_limits<T>;
  if constexpr (std::signed_integral<T>) {
    std::int64_t wide = 0;
    if (!in.read_signed(wide, limits::min(), limits::max())) return false;
    out = static_cast<T>(wide);
  } else {
    std::uint64_t wide = 0;
    if (!in.read_unsigned(wide, limits::max())) return false;
    out = static_cast<T>(wide);
  }
  return true;
}

template <class T>
bool decode_enum(reader& in, T& out) {
  static_assert(enum_names<T>().size() > 0, "this enum has no enumerator between 0 and 127");
  std::size_t index = 0;
  if (!in.read_one_of(enum_names<T>(), index)) return false;
  out = weir::detail::enumerators<T>.items[index].value;
  return true;
}

template <class T>
bool decode_optional(reader& in, T& out) {
  if (in.take_null()) {
    out.reset();
    return true;
  }
  return decode_value(in, out.emplace());
}

template <class T>
bool decode_vector(reader& in, T& out) {
  out.clear();
  if (!in.begin_array()) return false;
  for (bool first = true; in.next_element(first);) {
    typename T::value_type element{};
    if (!decode_value(in, element)) return in.in_element(out.size());
    out.push_back(std::move(element));
  }
  return !in.failed();
}

template <class T>
bool decode_map(reader& in, T& out) {
  out.clear();
  if (!in.begin_object()) return false;
  std::string_view key;
  for (bool first = true; in.next_member(first, key);) {
    const auto [place, is_new] = out.try_emplace(std::string(key));
    if (!is_new) return in.fail_twice(any_key);
    if (!decode_value(in, place->second)) return in.in_member(any_key);
  }
  return !in.failed();
}

template <class T>
bool decode_field(reader& in, void* object, std::size_t index) {
  return [&]<std::size_t... Index>(std::index_sequence<Index...>) {
    bool good = false;
    const auto read = [&](auto& field) { return decode_value(in, field); };
    T& value = *static_cast<T*>(object);
    static_cast<void>(((index == Index && (good = read(field_at<Index>(value)), true)) || ...));
    return good;
  }(std::make_index_sequence<field_count<T>>{});
}

template <class T>
constexpr std::uint64_t required_fields() {
  return []<std::size_t... Index>(std::index_sequence<Index...>) {
    return ((std::uint64_t{!is_optional<field_type<T, Index>>} << Index) | ...);
  }(std::make_index_sequence<field_count<T>>{});
}

template <class T>
inline constexpr object_shape shape_of{keys_of<T>, required_fields<T>(), &decode_field<T>};

template <class T>
bool decode_value(reader& in, T& out) {
  if constexpr (requires { in.read(out); } && !std::integral<T>) {
    return in.read(out);
  } else if constexpr (std::same_as<T, bool>) {
    return in.read(out);
  } else if constexpr (json_integer<T>) {
    return decode_integer(in, out);
  } else if constexpr (named_enum<T>) {
    return decode_enum(in, out);
  } else if constexpr (is_optional<T>) {
    return decode_optional(in, out);
  } else if constexpr (is_vector<T>) {
    return decode_vector(in, out);
  } else if constexpr (is_string_map<T>) {
    return decode_map(in, out);
  } else if constexpr (reflectable<T>) {
    static_assert(are_distinct(keys_of<T>), "two fields of this struct have one name in JSON");
    return in.read_object(shape_of<T>, &out);
  } else {
    static_assert(!is_unmapped<T>, "weir::json does not map this type: see weir/event/json.hpp");
  }
}

}  // namespace weir::json::detail
