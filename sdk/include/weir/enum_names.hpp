// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

namespace weir {

/// Enumerators with a value from 0 to this are found by name; others are not seen.
inline constexpr int enumerator_max = 127;

/// An `enum class`: its enumerators' names can be read.
template <class T>
concept named_enum = std::is_enum_v<T> && !std::is_convertible_v<T, std::underlying_type_t<T>>;

namespace detail {

template <class Enum, Enum... Values>
consteval std::string_view spelled_enumerators() {
  return __PRETTY_FUNCTION__;
}

template <class Enum, std::size_t... Index>
consteval std::string_view spelled_enumerators(std::index_sequence<Index...>) {
  return spelled_enumerators<Enum, static_cast<Enum>(Index)...>();
}

template <class Enum>
struct enumerator {
  std::string_view name;
  Enum value;
};

/// Cuts the first item off a list "a, b<c, d>, e>": ends at a comma or closing bracket of its
/// level.
consteval std::string_view take_item(std::string_view& list) {
  int level = 0;
  std::size_t end = 0;
  for (; end < list.size(); ++end) {
    const char c = list[end];
    if (c == '(' || c == '<' || c == '{') ++level;
    if (level == 0 && (c == ',' || c == '>' || c == '}')) break;
    if (c == ')' || c == '>' || c == '}') --level;
  }
  const std::string_view item = list.substr(0, end);
  list.remove_prefix(end + (list.substr(end).starts_with(", ") ? 2 : 0));
  return item;
}

/// Compilers spell a value that has a name `type::name`, and one that has none `(type)5`. The list
/// stands at the end of the text: "[Enum = state, Values = <state::open, state::paid, (state)2>]".
template <class Enum>
struct enumerator_list {
  std::array<enumerator<Enum>, enumerator_max + 1> items{};
  std::size_t count = 0;

  consteval enumerator_list() {
    std::string_view rest =
        spelled_enumerators<Enum>(std::make_index_sequence<enumerator_max + 1>{});
    constexpr std::string_view before = "Values = ";
    rest.remove_prefix(rest.find(before) + before.size() + 1);
    for (int value = 0; value <= enumerator_max; ++value) {
      const std::string_view item = take_item(rest);
      const bool has_name = item[item.find_last_not_of("0123456789")] != ')';
      if (has_name) {
        items[count++] = {item.substr(item.rfind(':') + 1), static_cast<Enum>(value)};
      }
    }
  }
};

template <class Enum>
inline constexpr enumerator_list<Enum> enumerators{};

template <class Enum>
inline constexpr auto enumerator_names = [] {
  std::array<std::string_view, enumerators<Enum>.count> names;
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = enumerators<Enum>.items[i].name;
  return names;
}();

}  // namespace detail

/// The names of an enum's enumerators, ordered by value. The views live for ever.
template <named_enum Enum>
constexpr const auto& enum_names() {
  return detail::enumerator_names<Enum>;
}

/// The enumerator's name, or nothing for a value that has none.
template <named_enum Enum>
constexpr std::optional<std::string_view> enum_name(Enum value) {
  const auto& list = detail::enumerators<Enum>;
  for (std::size_t i = 0; i < list.count; ++i) {
    if (list.items[i].value == value) return list.items[i].name;
  }
  return std::nullopt;
}

/// The enumerator of this name.
template <named_enum Enum>
constexpr std::optional<Enum> enum_value(std::string_view name) {
  const auto& list = detail::enumerators<Enum>;
  for (std::size_t i = 0; i < list.count; ++i) {
    if (list.items[i].name == name) return list.items[i].value;
  }
  return std::nullopt;
}

}  // namespace weir
