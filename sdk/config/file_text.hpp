// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

namespace weir::detail {

/// What a regular file holds. Throws `invalid_argument` for one that cannot be read, is none, or
/// holds more.
std::string read_file_text(const std::filesystem::path& file, std::size_t bytes_max);

}  // namespace weir::detail
