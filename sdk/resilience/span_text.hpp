// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "weir/clock.hpp"

namespace weir::detail {

/// A span as a program writes it, exactly: "250ms", "90s", "5min"; "ever" for the longest one.
std::string span_text(duration span);

/// A span that was measured, to two digits or more, rounded up: "1234us", "12s".
std::string rounded_span_text(duration span);

}  // namespace weir::detail
