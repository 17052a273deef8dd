// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "account.hpp"
#include "guard_message.hpp"
#include "unique_fd.hpp"

namespace weir::servers {

/// Runs one server program at a time under a guard (guard.cpp), which stops the server and removes
/// its directory when this object, or the whole process that holds it, is gone.
///
/// Blocking; use each object from one thread at a time. Everything throws server_error.
class guarded_process {
 public:
  struct command {
    std::vector<std::string> arguments;  ///< the program's path first
    int stop_signal;                     ///< asks the program to end in an orderly way
    account user;
    std::filesystem::path log_file;  ///< its output and errors are appended here
  };

  /// Starts the guard of `directory`, which is kept, or removed when its time is over.
  explicit guarded_process(const std::filesystem::path& directory, bool keeps_directory = false);
  /// Stops the program, if one runs, and removes the directory unless that is kept.
  ~guarded_process();
  guarded_process(const guarded_process&) = delete;
  guarded_process& operator=(const guarded_process&) = delete;

  /// Starts the program; none may run. It may fail a moment later: see `wait_ended`.
  void run(const command& what);

  /// Sends a signal to the program, or to it and its children. Nothing happens if none runs.
  void signal(int number);
  void signal_tree(int number);

  /// Waits until the program and all that it started are gone; true when they are.
  bool wait_ended(std::chrono::milliseconds limit);

  /// Readable once the program has ended, or its guard: `wait_ended` then suspends nobody.
  int end_descriptor() const { return control_.get(); }

  bool is_running() { return pid_ != 0 && !wait_ended(std::chrono::milliseconds(0)); }

  /// The program's process id; 0 when none runs.
  pid_t pid() const { return pid_; }

  /// How the last program ended, in words: "exit code 1", "signal 9".
  std::string ending() const;

 private:
  void send(const guard_message& message);

  unique_fd control_;
  pid_t guard_ = 0;
  pid_t pid_ = 0;
  int wait_status_ = 0;
};

}  // namespace weir::servers
