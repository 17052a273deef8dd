// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "console.hpp"
#include "guarded_program.hpp"
#include "surroundings.hpp"
#include "weir/scope.hpp"

namespace weir::dev {

/// How long a service may take to drain: its own limit is 25 s, and what is left is its end.
inline constexpr duration drain_limit = std::chrono::seconds(30);

/// The service that is worked on: shows what it says, and that it has ended. One loop; stop() and
/// close() before it is destroyed.
class run_service {
 public:
  run_service(surroundings around, console& out);

  /// Starts a program; none may run.
  void start(const std::filesystem::path& program, const std::filesystem::path& folder);
  bool is_running() const noexcept { return program_.is_running(); }
  /// Lets it drain, and kills it when that has not ended within drain_limit. Nothing happens where
  /// none runs.
  task<> stop();
  task<> close();

 private:
  task<> tell_end();

  const surroundings around_;
  console& out_;
  std::string name_;
  guarded_program program_;
  scope telling_;
  bool is_stopping_ = false;
};

}  // namespace weir::dev
