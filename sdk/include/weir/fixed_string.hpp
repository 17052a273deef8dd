// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace weir {

/// A string literal as a template argument: `template <fixed_string Name> struct stream;` is used
/// as `stream<"ORDERS">`.
template <std::size_t Length>
struct fixed_string {
  char text[Length + 1] = {};

  consteval fixed_string(const char (&literal)[Length + 1]) {  // NOLINT: implicit is the point
    std::copy_n(literal, Length, text);
  }

  constexpr std::string_view view() const { return std::string_view(text, Length); }
};

template <std::size_t Size>
fixed_string(const char (&)[Size]) -> fixed_string<Size - 1>;

}  // namespace weir
