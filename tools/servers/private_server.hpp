// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <csignal>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "guarded_process.hpp"
#include "sandbox.hpp"

namespace weir::servers {

/// Where a private server is.
struct server_place {
  /// Its port of 127.0.0.1; 0: one that is free.
  std::uint16_t port = 0;
  /// A directory in which its data stay, from one such server to the next; empty: none.
  std::filesystem::path kept = {};
};

/// What nats_server and postgres_server share: a server process of one's own on a free port of
/// 127.0.0.1, with its data in a sandbox.
///
/// The first `start` chooses the port; it and the data stay the same until the object ends, through
/// any number of stops, kills and restarts. The end of the object, Ctrl-C, and the death of this
/// process in any way stop the server and remove its data, unless its place says that they stay.
///
/// Everything blocks, with limits, and throws server_error. Use from one thread at a time.
class private_server {
 public:
  virtual ~private_server() = default;

  /// Starts the server and waits until it serves. It must not run.
  void start();

  /// Asks the server to end in an orderly way and waits for it; the data stay.
  void stop();

  /// SIGKILL, to the server process alone, and waits until the processes that it leaves behind
  /// have noticed and ended too. The data stay as the crash left them.
  void kill_hard();

  /// Stops the server if it runs, and starts it.
  void restart();

  /// Stands the server and its child processes still (SIGSTOP), and waits until they do:
  /// connections stay open and nothing answers. `resume` lets them go on.
  void pause();
  void resume() { process_.signal_tree(SIGCONT); }

  bool is_running() { return process_.is_running(); }

  /// Readable once the server has ended, or its guard: `is_running` tells which.
  int end_descriptor() const { return process_.end_descriptor(); }

  /// How the server last ended, in words: "exit code 1", "signal 9".
  std::string ending() const { return process_.ending(); }

  /// The server's process id; 0 when it does not run.
  pid_t pid() const { return process_.pid(); }

  /// The port, on 127.0.0.1; 0 before the first start.
  std::uint16_t port() const { return port_; }

  /// The version that the server reports, like "2.9.10"; empty before the first start.
  const std::string& version() const { return version_; }

  /// The directory of everything that the server writes.
  const std::filesystem::path& directory() const { return sandbox_.path(); }

  /// True where that directory stays when the object ends.
  bool is_kept() const { return sandbox_.is_kept(); }

  /// Everything that the server has logged.
  const std::filesystem::path& log_file() const { return log_file_; }

 protected:
  /// `name` is for directories and error texts; `stop_signal` is the server's orderly end.
  private_server(std::string_view name, int stop_signal, account user, const server_place& place);

  guarded_process& process() { return process_; }
  const sandbox& box() const { return sandbox_; }
  const account& user() const { return user_; }
  void set_version(std::string version) { version_ = std::move(version); }

  /// What the server has logged since it was last started.
  std::string log_of_this_start() const;

 private:
  /// Writes what the server needs before a start on `port()`.
  virtual void prepare() = 0;
  virtual std::vector<std::string> command() const = 0;
  /// True once the server that was just started serves.
  virtual bool is_ready() = 0;

  bool wait_ready();
  [[noreturn]] void fail(const std::string& what) const;

  std::string name_;
  int stop_signal_;
  account user_;
  sandbox sandbox_;
  std::filesystem::path log_file_;
  guarded_process process_;
  std::uintmax_t log_start_ = 0;
  std::uint16_t port_ = 0;
  bool port_is_ours_ = false;
  std::string version_;
};

}  // namespace weir::servers
