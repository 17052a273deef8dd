// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "unit/runtime/temporary_directory.hpp"
#include "weir/process.hpp"
#include "weir/task.hpp"

namespace weir::test {

using variables = std::vector<std::pair<std::string, std::string>>;

/// A home of settings and secrets for programs, without those of who runs the test.
class vault_home {
 public:
  vault_home();

  /// Writes a file; gives its path. Directories on the way to it are made.
  std::string write(const std::string& name, std::string_view text) const;
  /// The path of a file or directory.
  std::string operator/(const std::string& name) const { return directory_ / name; }

  /// Starts a program of the tests here, by its path.
  process start(const std::string& program, std::vector<std::string> arguments,
                variables environment) const;

 private:
  temporary_directory directory_;
};

/// What a program has said, and how it ended.
struct vault_ending {
  std::string output;
  std::string errors;
  exit_status status;
};

/// Reads all that it says until it has ended.
task<vault_ending> end_of(process& program);

/// The same of a program that ends by itself, on a loop of its own.
vault_ending run_vault(const vault_home& home, std::vector<std::string> arguments,
                       variables environment = {});

}  // namespace weir::test
