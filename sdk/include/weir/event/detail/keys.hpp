// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

#include "weir/event/name_style.hpp"
#include "weir/reflect.hpp"

namespace weir::json::detail {

/// Stands in an error's path for the key of a map, which is data as its value is: not to be logged.
inline constexpr std::string_view any_key = "(key)";

/// The name's length in the other style: an underscore between two characters goes away and what
/// follows it becomes upper case. Underscores in front and at the end stay.
constexpr bool is_word_break(std::string_view name, std::size_t at) {
  const bool inside = at > 0 && at + 1 < name.size();
  return inside && name[at] == '_' && name[at - 1] != '_' && name[at + 1] != '_' &&
         name.find_first_not_of('_') < at;
}

constexpr std::size_t styled_length(std::string_view name, name_style style) {
  std::size_t length = name.size();
  for (std::size_t at = 0; style == name_style::camel_case && at < name.size(); ++at) {
    if (is_word_break(name, at)) --length;
  }
  return length;
}

/// `,"name":` for field `Index` of `T`, made at compile time: a writer appends it in one piece.
template <class T, std::size_t Index>
inline constexpr auto key_text = [] {
  constexpr std::string_view name = field_names<T>()[Index];
  constexpr name_style style = json_names<T>;
  std::array<char, styled_length(name, style) + 4> text{',', '"'};
  std::size_t length = 2;
  for (std::size_t at = 0; at < name.size(); ++at) {
    if (style == name_style::camel_case && is_word_break(name, at)) continue;
    const bool upper = style == name_style::camel_case && at > 0 && is_word_break(name, at - 1);
    const bool lower_letter = name[at] >= 'a' && name[at] <= 'z';
    text[length++] = upper && lower_letter ? static_cast<char>(name[at] - 'a' + 'A') : name[at];
  }
  text[length++] = '"';
  text[length] = ':';
  return text;
}();

/// The name inside `,"name":`.
constexpr std::string_view name_in(std::string_view key) { return key.substr(2, key.size() - 4); }

template <std::size_t Count>
constexpr bool are_distinct(const std::array<std::string_view, Count>& keys) {
  for (std::size_t i = 0; i < Count; ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (keys[i] == keys[j]) return false;
    }
  }
  return true;
}

/// `,"name":` for all fields of `T`, in order of declaration.
template <class T>
inline constexpr auto keys_of = []<std::size_t... Index>(std::index_sequence<Index...>) {
  return std::array<std::string_view, sizeof...(Index)>{
      std::string_view(key_text<T, Index>.data(), key_text<T, Index>.size())...};
}(std::make_index_sequence<field_count<T>>{});

}  // namespace weir::json::detail
