// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace weir::dev {

/// The Meson project that a folder belongs to.
struct project {
  std::filesystem::path folder;  ///< Where one works: the root, or below it.
  std::filesystem::path root;    ///< Its meson.build has the project().
  std::filesystem::path build;   ///< The build directory; it may not be there yet.
};

/// Finds it, from the folder upwards. `build` is relative to the root. Throws `not_found` where no
/// meson.build of the folder or above it has a project(). Blocks.
project find_project(const std::filesystem::path& folder, const std::filesystem::path& build);

/// True when the build directory is set up.
bool is_set_up(const project& of);

/// What Meson says of its targets, the JSON of `meson introspect --targets`, which it keeps in the
/// build directory. Throws `not_found` where it is not there.
std::string targets_of(const project& of);

/// The program to run: the executable `wanted`, or, where that is empty, the only one that is made
/// in the project's folder or below it, or the only one of those that are installed. Throws
/// `invalid_argument` with their names where there is none or it could be several.
std::filesystem::path choose_program(std::string_view targets, const project& of,
                                     const std::string& wanted);

}  // namespace weir::dev
