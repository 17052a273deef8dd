// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>

namespace CLI {
class App;
}

namespace weir::tools {

/// What each command of a tree does. Kept apart from the parsing, so that a command runs outside of
/// it and its errors are none of the command line's.
class actions {
 public:
  void on(const CLI::App& command, std::function<int()> run);
  /// Runs what stands for the command that was parsed, or for the nearest one above it; gives its
  /// exit code. The tree has been parsed.
  int run(const CLI::App& tree) const;

 private:
  std::map<const CLI::App*, std::function<int()>> runs_;
};

}  // namespace weir::tools
