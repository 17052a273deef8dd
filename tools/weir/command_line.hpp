// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

namespace CLI {
class App;
}

namespace weir::tools {

/// The tree of all commands of `weir`, and what runs them.
class command_line {
 public:
  command_line();
  ~command_line();
  command_line(const command_line&) = delete;
  command_line& operator=(const command_line&) = delete;

  CLI::App& tree() noexcept;
  /// Runs the command that was parsed; gives its exit code. Throws weir::error.
  int run();

 private:
  struct parts;
  std::unique_ptr<parts> parts_;
};

}  // namespace weir::tools
