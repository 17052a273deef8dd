// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <source_location>
#include <string>
#include <string_view>

#include "weir/clock.hpp"

namespace weir::detail {

/// A function's name without return type, parameters, template arguments and anonymous namespaces,
/// from what the compiler says of it (clang's and g++'s forms).
std::string short_function_name(std::string_view pretty);

/// "file:line in function", or "an unknown place".
std::string to_text(const std::source_location& place);

/// A span of time in the unit that suits it: "12 us", "3.4 s", "2.0 h".
std::string to_text(duration span);

}  // namespace weir::detail
