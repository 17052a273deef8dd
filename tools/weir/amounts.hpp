// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "weir/clock.hpp"

namespace weir::tools {

/// A size for people: "0 B", "1023 B", "4.0 KiB", "1.5 GiB".
std::string text_of_bytes(std::uint64_t bytes);

/// A span for people, in the unit that fits it: "830 ns", "2.4 ms", "1.5 s", "12 m", "3 h", "5 d".
std::string text_of_span(duration span);

}  // namespace weir::tools
