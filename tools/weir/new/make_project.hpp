// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "project_name.hpp"

namespace weir::scaffold {

/// `text` with the names in place of @name@ and @stream@.
std::string filled_in(std::string_view text, const project_name& names);

/// Writes a new service into `directory`, whole or not at all, and gives the paths of its files
/// within it, sorted. Throws `conflict` where there is something already, `unavailable` where it
/// cannot be written. Blocks.
std::vector<std::string> make_project(const project_name& names,
                                      const std::filesystem::path& directory);

}  // namespace weir::scaffold
