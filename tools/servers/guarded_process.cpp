// SPDX-License-Identifier: Apache-2.0
#include "guarded_process.hpp"

#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "guard_path.hpp"
#include "server_error.hpp"

extern char** environ;

namespace weir::servers {
namespace {

constexpr std::chrono::seconds guard_answer_limit{10};

// Installed it lies where the program that uses it does, whatever that is called by then.
std::string guard_program() {
  std::error_code none;
  const auto own = std::filesystem::read_symlink("/proc/self/exe", none);
  const auto installed = own.parent_path() / installed_guard_path;
  return access(installed.c_str(), X_OK) == 0 ? installed.string() : std::string(guard_path);
}

// A new session keeps Ctrl-C away; all signals are let through, whatever the caller blocks.
int spawn_guard(int control, const std::string& directory, bool keeps, pid_t& guard) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_adddup2(&actions, control, guard_control_fd);
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  std::string program = guard_program();
  std::string argument = directory;
  std::string keep = guard_keeps;
  std::array<char*, 4> arguments{program.data(), argument.data(), keeps ? keep.data() : nullptr,
                                 nullptr};
  const int error =
      posix_spawn(&guard, program.c_str(), &actions, &attributes, arguments.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

}  // namespace

guarded_process::guarded_process(const std::filesystem::path& directory, bool keeps_directory) {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    throw server_error(std::string("cannot create a socket pair: ") + std::strerror(errno));
  }
  control_ = unique_fd(ends[0]);
  const unique_fd guard_end(ends[1]);
  const int error = spawn_guard(guard_end.get(), directory.string(), keeps_directory, guard_);
  if (error != 0) {
    throw server_error("cannot start \"" + guard_program() + "\": " + std::strerror(error) +
                       "; it is built, and installed, with this program: do so again");
  }
}

guarded_process::~guarded_process() {
  control_.reset();  // the guard sees this end, cleans up within its own limits, and exits
  while (waitpid(guard_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

void guarded_process::run(const command& what) {
  if (is_running()) throw server_error("\"" + what.arguments[0] + "\" runs already");
  guard_message message{"run", std::to_string(what.stop_signal), std::to_string(what.user.user),
                        std::to_string(what.user.group), what.log_file.string()};
  message.insert(message.end(), what.arguments.begin(), what.arguments.end());
  send(message);
  pollfd answer{control_.get(), POLLIN, 0};
  const auto limit = std::chrono::milliseconds(guard_answer_limit).count();
  std::optional<guard_message> reply;
  if (poll(&answer, 1, static_cast<int>(limit)) == 1) reply = receive_message(control_.get());
  if (!reply || reply->size() != 2 || (*reply)[0] != "started") {
    throw server_error("the guard did not start \"" + what.arguments[0] + "\"");
  }
  pid_ = static_cast<pid_t>(std::stol((*reply)[1]));
}

void guarded_process::signal(int number) {
  if (pid_ != 0) send({"signal", std::to_string(number)});
}

void guarded_process::signal_tree(int number) {
  if (pid_ != 0) send({"signal_tree", std::to_string(number)});
}

bool guarded_process::wait_ended(std::chrono::milliseconds limit) {
  if (pid_ == 0) return true;
  pollfd answer{control_.get(), POLLIN, 0};
  if (poll(&answer, 1, static_cast<int>(limit.count())) <= 0) return false;
  const std::optional<guard_message> report = receive_message(control_.get());
  if (!report || report->size() != 2 || (*report)[0] != "ended") {
    throw server_error("the guard of process " + std::to_string(pid_) + " is gone");
  }
  pid_ = 0;
  wait_status_ = std::stoi((*report)[1]);
  return true;
}

std::string guarded_process::ending() const {
  if (WIFSIGNALED(wait_status_)) return "signal " + std::to_string(WTERMSIG(wait_status_));
  return "exit code " + std::to_string(WEXITSTATUS(wait_status_));
}

void guarded_process::send(const guard_message& message) {
  if (send_message(control_.get(), message)) return;
  throw server_error("cannot reach the guard of a server: " + std::string(std::strerror(errno)));
}

}  // namespace weir::servers
