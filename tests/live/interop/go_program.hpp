// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "servers/sandbox.hpp"
#include "weir/task.hpp"

namespace weir::test {

/// The Go program of go-nats/, compiled for the test, which does with nats.go what it is told.
class go_program {
 public:
  /// Talks to the server at `url`.
  explicit go_program(std::string url);

  /// Compiles it. False, with a word in the test's output, where Go or nats.go is missing.
  task<bool> build();
  /// What it prints for a command and its arguments.
  task<std::string> run(std::vector<std::string> arguments);

 private:
  servers::sandbox directory_{"go-nats"};
  std::string program_;
  std::string url_;
};

}  // namespace weir::test
