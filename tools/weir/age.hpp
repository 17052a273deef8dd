// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace weir::tools {

/// Reads "90s", "15m", "12h", "7d" or "2w": a whole number, above zero, of at most ten years.
std::optional<std::chrono::seconds> parse_age(std::string_view text);

}  // namespace weir::tools
