// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "line_splitter.hpp"
#include "servers/guarded_process.hpp"
#include "servers/sandbox.hpp"
#include "weir/clock.hpp"
#include "weir/file_descriptor.hpp"
#include "weir/manual_reset_event.hpp"
#include "weir/scope.hpp"

namespace weir::dev {

/// A program under a guard, one run of it at a time, whose output is given line by line.
///
/// It hears no Ctrl-C of the terminal, and however this process ends, the guard ends the program:
/// by SIGTERM, and if that does not help by SIGKILL. Not a weir::process, which lives on when its
/// parent is killed. One loop; close() before it is destroyed.
class guarded_program {
 public:
  using line_taker = std::function<void(std::string_view)>;

  /// `name` is for the directory of its pipe. Throws servers::server_error.
  guarded_program(const std::string& name, line_taker take);
  guarded_program(const guarded_program&) = delete;
  guarded_program& operator=(const guarded_program&) = delete;

  /// Starts a command in a folder; none may run. `arguments` has the program's path first, and may
  /// begin with settings of the environment in the manner of env(1): "NAME=value", "--unset=NAME".
  void start(const std::vector<std::string>& arguments, const std::filesystem::path& folder);

  bool is_running() const noexcept { return !ended_.is_set(); }
  pid_t pid() const { return process_.pid(); }

  /// Sends it a signal; nothing happens where none runs.
  void signal(int number) { process_.signal(number); }
  /// Suspends until it has ended and all its lines are given; at once if none runs. Gives how it
  /// ended: "exit code 0", "signal 9". Throws servers::server_error when the guard is gone.
  task<std::string> wait_ended();
  /// Asks it to end (SIGTERM), and kills it when that has not happened within `limit`; gives how it
  /// ended.
  task<std::string> stop(duration limit);
  /// Hears no more of it. What runs is ended by the end of the object.
  task<> close();

 private:
  task<> follow_output();
  task<> follow_end();
  void take_output();

  servers::sandbox box_;
  std::filesystem::path pipe_path_;
  file_descriptor pipe_;
  line_splitter lines_;
  servers::guarded_process process_;
  manual_reset_event started_;
  manual_reset_event ended_;
  scope following_;
  bool is_followed_ = false;
  std::exception_ptr guard_lost_;
};

}  // namespace weir::dev
