// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "weir/enum_names.hpp"
#include "weir/event/detail/keys.hpp"
#include "weir/event/detail/mapping.hpp"
#include "weir/event/detail/writer.hpp"
#include "weir/reflect.hpp"

namespace weir::json::detail {

template <class T>
bool encode_value(writer& out, const T& value);

template <class T>
bool encode_enum(writer& out, T value) {
  if (const auto name = enum_name(value)) return out.write_plain(*name);
  const auto number = static_cast<std::underlying_type_t<T>>(value);
  return out.fail("the value " + std::to_string(number) + " of the enum " +
                  std::string(type_name<T>()) + " has no name between 0 and 127");
}

template <class T>
bool encode_vector(writer& out, const T& value) {
  if (!out.begin('[')) return false;
  bool first = true;
  for (std::size_t i = 0; i < value.size(); ++i) {
    out.comma(first);
    const typename T::const_reference element = value[i];
    if (!encode_value(out, element)) return out.in_element(i);
  }
  out.end(']');
  return true;
}

template <class T>
bool encode_map(writer& out, const T& value) {
  if (!out.begin('{')) return false;
  bool first = true;
  for (const auto& [key, element] : value) {
    if (!out.map_key(key, first) || !encode_value(out, element)) return out.in_member(any_key);
  }
  out.end('}');
  return true;
}

template <class T, std::size_t Index, class Field>
bool encode_field(writer& out, const Field& field, bool& first) {
  if constexpr (is_optional<Field>) {
    if (!field.has_value()) return true;
  }
  constexpr std::string_view key = keys_of<T>[Index];
  out.key(key, first);
  return encode_value(out, field) || out.in_member(name_in(key));
}

template <class T>
bool encode_object(writer& out, const T& value) {
  static_assert(are_distinct(keys_of<T>), "two fields of this struct have one name in JSON");
  if (!out.begin('{')) return false;
  bool first = true;
  const bool good = [&]<std::size_t... Index>(std::index_sequence<Index...>) {
    return (encode_field<T, Index>(out, field_at<Index>(value), first) && ...);
  }(std::make_index_sequence<field_count<T>>{});
  if (good) out.end('}');
  return good;
}

template <class T>
bool encode_value(writer& out, const T& value) {
  if constexpr (std::same_as<T, bool> || std::same_as<T, double> || std::same_as<T, uuid> ||
                std::same_as<T, timestamp> || std::same_as<T, raw_json>) {
    return out.write(value);
  } else if constexpr (std::same_as<T, std::string>) {
    return out.write(std::string_view(value));
  } else if constexpr (json_integer<T> && std::is_signed_v<T>) {
    return out.write_signed(value);
  } else if constexpr (json_integer<T>) {
    return out.write_unsigned(value);
  } else if constexpr (named_enum<T>) {
    return encode_enum(out, value);
  } else if constexpr (is_optional<T>) {
    if (value.has_value()) return encode_value(out, *value);
    out.write_null();
    return true;
  } else if constexpr (is_vector<T>) {
    return encode_vector(out, value);
  } else if constexpr (is_string_map<T>) {
    return encode_map(out, value);
  } else if constexpr (reflectable<T>) {
    return encode_object(out, value);
  } else {
    static_assert(!is_unmapped<T>, "weir::json does not map this type: see weir/event/json.hpp");
  }
}

}  // namespace weir::json::detail
