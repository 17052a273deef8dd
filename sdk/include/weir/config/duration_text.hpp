// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "weir/clock.hpp"

namespace weir {

/// Reads a span of time with its units: "250ms", "1.5s", "1h30m". Units are ns, us, ms, s, m (or
/// min), h and d, from large to small; a number alone says nothing, but for "0". A sign in front
/// makes it negative. None for anything else, for parts of a nanosecond, and for more than 292
/// years.
std::optional<duration> parse_duration(std::string_view text);

/// The shortest text that parse_duration() reads as the same: "1h30m", "250ms", "0s".
std::string duration_text(duration span);

}  // namespace weir
