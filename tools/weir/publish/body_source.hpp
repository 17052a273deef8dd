// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>

namespace weir::tools {

/// The bytes of a file, or of standard input for "-". Throws a permanent `invalid_argument` for one
/// that cannot be read or is larger than any server takes (64 MiB).
std::string read_body(const std::string& path);

/// "Name: value" taken apart; the space behind the colon is optional. Throws `invalid_argument`.
std::pair<std::string, std::string> read_header(const std::string& text);

}  // namespace weir::tools
