// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace weir::json::detail {

/// The most that an error text quotes of a message.
inline constexpr std::size_t quoted_length_max = 48;

/// The most of a path that an error text shows; of a longer one the end is shown.
inline constexpr std::size_t path_length_max = 240;

/// The beginning of foreign text, fit for a log line and a message header: what is not printable
/// ASCII stands as \xNN, and what was cut off as "...".
std::string quotable(std::string_view text);

/// The error text "JSON of order: $.items[3]: problem".
std::string describe(std::string_view type, std::string_view path, std::string_view problem);

}  // namespace weir::json::detail
