// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "console.hpp"
#include "guarded_program.hpp"
#include "project.hpp"

namespace weir::dev {

/// Builds the program of a project with Meson and Ninja, and shows what they say except for the
/// progress of what is well. One loop; stop() before it is destroyed.
class builder {
 public:
  builder(const project& of, console& out);

  /// Sets the build directory up where it is not, and builds the program `wanted`, as for
  /// choose_program(), with what it needs; gives its path, or nothing when that failed. Throws as
  /// choose_program() does.
  task<std::optional<std::filesystem::path>> build(std::string wanted);
  /// Ends a build that was cancelled.
  task<> stop();

 private:
  task<bool> run(std::vector<std::string> command);

  const project& project_;
  console& out_;
  guarded_program tool_;
};

}  // namespace weir::dev
