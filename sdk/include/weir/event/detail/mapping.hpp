// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "weir/detail/type_name.hpp"

namespace weir::json {

/// The deepest nesting of objects and arrays that is read or written.
inline constexpr std::size_t depth_max = 128;

namespace detail {

template <class T>
concept character = std::same_as<T, char> || std::same_as<T, wchar_t> || std::same_as<T, char8_t> ||
                    std::same_as<T, char16_t> || std::same_as<T, char32_t>;

/// The integers that are numbers in JSON.
template <class T>
concept json_integer =
    std::integral<T> && !std::same_as<T, bool> && !character<T> && sizeof(T) <= sizeof(long long);

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

template <class T>
inline constexpr bool is_vector = false;
template <class T, class Allocator>
inline constexpr bool is_vector<std::vector<T, Allocator>> = true;

template <class T>
inline constexpr bool is_string_map = false;
template <class T, class Less, class Allocator>
inline constexpr bool is_string_map<std::map<std::string, T, Less, Allocator>> = true;

template <class T>
inline constexpr bool is_unmapped = true;

using weir::detail::type_name;

}  // namespace detail
}  // namespace weir::json
