// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace weir::scaffold {

/// `weir new` of the command line, and what was chosen of it. Must outlive the parsing.
class command {
 public:
  explicit command(CLI::App& under);
  command(const command&) = delete;
  command& operator=(const command&) = delete;

  bool is_chosen() const;
  /// Makes the project and prints its files, and what to do next. Throws weir::error.
  int run() const;

 private:
  CLI::App* command_ = nullptr;
  std::string name_;
  std::string directory_;
};

}  // namespace weir::scaffold
