// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace weir::dlq {

/// A body for people: JSON indented, other text as it is, anything else as a table of bytes.
std::string body_text(std::string_view body);

/// Valid JSON with a line for every value.
std::string indented_json(std::string_view json);

/// Sixteen bytes a line with their place and their characters, and how many are left out.
std::string hex_dump(std::string_view bytes);

}  // namespace weir::dlq
