// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "weir/config/detail/config_value.hpp"

namespace weir::detail {

/// What a text in TOML says; each value's origin is "name:line". Throws `invalid_argument` for one
/// that is no TOML, with the line and column, and nothing that may be a value.
config_value parse_toml(std::string_view text, const std::string& name);

/// A value alone, such as a list, all of the given origin; none where it is no TOML.
std::optional<config_value> parse_toml_value(std::string_view text, const std::string& origin);

}  // namespace weir::detail
