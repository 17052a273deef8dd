// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "weir/pipe_reader.hpp"
#include "weir/pipe_writer.hpp"

namespace weir {

/// How a process ended: by itself with a code, or by a signal.
struct exit_status {
  int code = 0;    ///< What it gave to exit(), 0 when a signal ended it.
  int signal = 0;  ///< The signal that ended it, else 0.

  bool success() const noexcept { return code == 0 && signal == 0; }
  /// "exited with 3", "was ended by signal 9".
  std::string text() const;
  friend bool operator==(const exit_status&, const exit_status&) = default;
};

/// What to run, and how.
struct process_options {
  std::string program;                 ///< A path, or a name to be looked for in PATH.
  std::vector<std::string> arguments;  ///< Without the program's name.
  /// Set in the child on top of this process's environment.
  std::vector<std::pair<std::string, std::string>> environment;
  bool capture_output = false;  ///< Pipes for stdout and stderr, else they are this process's.
  bool pipe_input = false;      ///< A pipe for stdin, else it is empty.
  /// Where the program begins; empty: where this process is. A relative path counts from there.
  std::string working_directory{};
};

/// A child process, awaited without a signal handler and without a thread.
///
/// Its stdin is empty unless it is piped, no signal is blocked in it, and of the open files it has
/// only these three.
/// Destroyed while it runs it is killed (SIGKILL) and reaped there and then: no child is left
/// behind. What the child started itself is its own.
class process {
 public:
  /// Starts it. Throws where that fails, with the program in the text.
  static process spawn(const process_options& options);

  process(process&& other) noexcept = default;
  process& operator=(process&& other) noexcept;
  ~process();

  pid_t id() const noexcept { return id_; }
  /// Suspends until it has ended; then at once, with the same answer.
  task<exit_status> wait();
  /// Sends it a signal; false when it has ended already.
  bool kill(int signal);

  /// Its stdin, where it is piped. Close it when all is written: most programs wait for its end.
  /// While a program is fed, its output must be read too, or both wait for ever.
  pipe_writer& input();
  /// Its output, where it is captured: read both, or a child that writes much waits for ever.
  pipe_reader& output();
  pipe_reader& errors();

 private:
  process(pid_t id, file_descriptor handle) noexcept : id_(id), handle_(std::move(handle)) {}
  void reap();
  void end() noexcept;

  pid_t id_;
  file_descriptor handle_;  // A pidfd.
  std::optional<exit_status> ended_;
  std::optional<pipe_writer> input_;
  std::optional<pipe_reader> output_;
  std::optional<pipe_reader> errors_;
};

}  // namespace weir
