// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <csignal>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "order_servers.hpp"
#include "servers/guarded_process.hpp"
#include "servers/sandbox.hpp"
#include "servers/unique_fd.hpp"

namespace weir::orders {

/// How long a service may take to become ready, and to end after SIGTERM or its last order.
inline constexpr std::chrono::seconds ready_limit{60};
inline constexpr std::chrono::seconds end_limit{60};

/// A program that handles orders, as a child process that finds its servers in the environment
/// (NATS_URL, DATABASE_URL) and tells when it is ready (NOTIFY_SOCKET).
///
/// It may be started again after it has ended. The end of this object, and the death of this
/// process in any way, end it too. Everything blocks, with limits, and throws
/// servers::server_error with the last lines of the program's output. One thread at a time.
class service_process {
 public:
  /// weir's order-processor.
  explicit service_process(const order_servers& on);
  /// Another program: `command` is its path and its arguments.
  service_process(std::string name, std::vector<std::string> command, const order_servers& on);

  /// Starts the program; it must not run. The servers have been started once, so that their
  /// addresses are known; they need not run.
  void start();

  /// How often the program has said `state` to its supervisor since its start ("READY=1",
  /// "STATUS=..."). Does not block.
  std::size_t times_told(std::string_view state);
  void wait_told(std::string_view state, std::size_t times);

  bool is_ready() { return times_told(ready_state) > 0; }
  void wait_ready() { wait_told(ready_state, 1); }

  /// Asks the program to end, by SIGTERM.
  void ask_to_end() { process_.signal(SIGTERM); }
  /// The same, and waits for its end: "exit code 0".
  std::string terminate();
  /// Waits until the program ends on its own.
  std::string wait_ended();
  /// SIGKILL, and waits until it is gone.
  void kill_hard();

  bool is_running() { return process_.is_running(); }
  pid_t pid() const { return process_.pid(); }

  /// What it has written to standard output and standard error since it was last started.
  std::string output() const;
  /// The last line of the output that is a JSON object. Throws when there is none.
  std::string report() const;

 private:
  static constexpr std::string_view ready_state = "READY=1";

  [[noreturn]] void fail(const std::string& what) const;

  std::string name_;
  std::vector<std::string> command_;
  const order_servers& servers_;
  servers::sandbox sandbox_;
  std::filesystem::path notify_path_;
  std::filesystem::path log_file_;
  servers::guarded_process process_;
  servers::unique_fd notify_;
  std::size_t log_start_ = 0;
  std::vector<std::string> told_;
};

}  // namespace weir::orders
