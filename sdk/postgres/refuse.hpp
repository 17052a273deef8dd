// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "weir/error.hpp"

namespace weir::postgres::detail {

/// The program gave a value that cannot travel.
[[noreturn]] inline void refuse_argument(std::string text) {
  throw weir::error(errc::invalid_argument, disposition::permanent, std::move(text));
}

/// The server sent a value that cannot be read.
[[noreturn]] inline void refuse_value(std::string text) {
  throw weir::error(errc::invalid_input, disposition::permanent, std::move(text));
}

/// So much of a text as an error quotes.
inline std::string clipped(std::string_view text) {
  constexpr std::size_t quoted_max = 60;
  if (text.size() <= quoted_max) return std::string(text);
  return std::string(text.substr(0, quoted_max)) + "...";
}

}  // namespace weir::postgres::detail
