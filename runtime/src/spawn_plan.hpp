// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <spawn.h>

#include <string>

#include "weir/process.hpp"

namespace weir::detail {

/// How a child process begins: its signals, its files, its directory.
class spawn_plan {
 public:
  /// No signal is blocked or handled in it, and its stdin is empty.
  spawn_plan();
  spawn_plan(const spawn_plan&) = delete;
  spawn_plan& operator=(const spawn_plan&) = delete;
  ~spawn_plan();

  /// The child has `descriptor` as `to`.
  void redirect(int descriptor, int to);
  /// The child begins there.
  void change_directory(const std::string& path);
  /// Starts the program; throws with its name.
  pid_t spawn(const process_options& options);

 private:
  posix_spawnattr_t attributes_;
  posix_spawn_file_actions_t files_;
};

}  // namespace weir::detail
