// SPDX-License-Identifier: Apache-2.0
#include "weir/process.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <map>

#include "weir/poll.hpp"

namespace weir {
namespace {

// Bookworm's <sys/pidfd.h> cannot be linked from C++, so the system calls themselves.
int open_handle(pid_t id) { return static_cast<int>(::syscall(SYS_pidfd_open, id, 0)); }

int send_signal(const file_descriptor& handle, int signal) {
  return static_cast<int>(::syscall(SYS_pidfd_send_signal, handle.get(), signal, nullptr, 0));
}

/// The two ends of a pipe: ours does not block, neither is inherited by accident.
struct pipe_ends {
  file_descriptor ours;
  file_descriptor childs;
};

pipe_ends open_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) < 0) throw error::from_errno(errno, "open a pipe");
  pipe_ends made{file_descriptor(ends[0]), file_descriptor(ends[1])};
  if (::fcntl(made.ours.get(), F_SETFL, O_NONBLOCK) < 0) {
    throw error::from_errno(errno, "make a pipe non-blocking");
  }
  return made;
}

/// This process's environment with what the options set, as "NAME=value".
std::vector<std::string> environment_for(const process_options& options) {
  std::map<std::string, std::string> values;
  for (char** at = environ; *at != nullptr; ++at) {
    const std::string entry = *at;
    const auto split = entry.find('=');
    if (split != std::string::npos) values[entry.substr(0, split)] = entry.substr(split + 1);
  }
  for (const auto& [name, value] : options.environment) values[name] = value;
  std::vector<std::string> entries;
  for (const auto& [name, value] : values) entries.push_back(name + "=" + value);
  return entries;
}

/// Pointers to the texts and a null, as exec wants them.
std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (auto& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

/// The attributes and file actions of a posix_spawn, freed at their end.
class spawn_plan {
 public:
  spawn_plan() {
    posix_spawnattr_init(&attributes_);
    posix_spawn_file_actions_init(&files_);
    sigset_t signals;
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes_, &signals);
    sigfillset(&signals);
    posix_spawnattr_setsigdefault(&attributes_, &signals);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawn_file_actions_addopen(&files_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  }
  spawn_plan(const spawn_plan&) = delete;
  ~spawn_plan() {
    posix_spawn_file_actions_destroy(&files_);
    posix_spawnattr_destroy(&attributes_);
  }

  void redirect(int descriptor, int to) {
    posix_spawn_file_actions_adddup2(&files_, descriptor, to);
  }
  pid_t spawn(const process_options& options) {
    // Files that were opened without CLOEXEC, by some library perhaps, do not leak into the child.
    posix_spawn_file_actions_addclosefrom_np(&files_, STDERR_FILENO + 1);
    std::vector<std::string> arguments(1, options.program);
    arguments.insert(arguments.end(), options.arguments.begin(), options.arguments.end());
    auto environment = environment_for(options);
    pid_t id = -1;
    const int status = posix_spawnp(&id, options.program.c_str(), &files_, &attributes_,
                                    pointers_to(arguments).data(), pointers_to(environment).data());
    if (status != 0) throw error::from_errno(status, "start the program '" + options.program + "'");
    return id;
  }

 private:
  posix_spawnattr_t attributes_;
  posix_spawn_file_actions_t files_;
};

}  // namespace

std::string exit_status::text() const {
  if (signal != 0) return "was ended by signal " + std::to_string(signal);
  return "exited with " + std::to_string(code);
}

process process::spawn(const process_options& options) {
  spawn_plan plan;
  pipe_ends output;
  pipe_ends errors;
  if (options.capture_output) {
    output = open_pipe();
    errors = open_pipe();
    plan.redirect(output.childs.get(), STDOUT_FILENO);
    plan.redirect(errors.childs.get(), STDERR_FILENO);
  }
  const pid_t id = plan.spawn(options);
  process made(id, file_descriptor(open_handle(id)));
  if (!made.handle_) {
    const int failure = errno;
    ::kill(id, SIGKILL);
    ::waitpid(id, nullptr, 0);
    throw error::from_errno(failure, "pidfd_open of the program '" + options.program + "'");
  }
  if (options.capture_output) {
    made.output_.emplace(std::move(output.ours), "the output of " + options.program);
    made.errors_.emplace(std::move(errors.ours), "the errors of " + options.program);
  }
  return made;
}

process& process::operator=(process&& other) noexcept {
  if (this != &other) {
    end();
    id_ = other.id_;
    handle_ = std::move(other.handle_);
    ended_ = other.ended_;
    output_ = std::move(other.output_);
    errors_ = std::move(other.errors_);
  }
  return *this;
}

process::~process() { end(); }

void process::end() noexcept {
  if (!handle_ || ended_) return;
  send_signal(handle_, SIGKILL);
  siginfo_t ignored{};
  while (::waitid(P_PIDFD, static_cast<id_t>(handle_.get()), &ignored, WEXITED) < 0 &&
         errno == EINTR) {
  }
  handle_.close();
}

task<exit_status> process::wait() {
  if (!ended_) {
    co_await poll(handle_.get(), POLLIN);
    reap();
  }
  co_return *ended_;
}

void process::reap() {
  if (ended_) return;  // Another task waited too.
  siginfo_t information{};
  if (::waitid(P_PIDFD, static_cast<id_t>(handle_.get()), &information, WEXITED) < 0) {
    throw error::from_errno(errno, "wait for process " + std::to_string(id_) +
                                       " (is SIGCHLD ignored, or does somebody else wait?)");
  }
  const bool exited = information.si_code == CLD_EXITED;
  ended_ = exited ? exit_status{.code = information.si_status, .signal = 0}
                  : exit_status{.code = 0, .signal = information.si_status};
  // The handle stays open: another task may still be on its way out of its poll.
}

bool process::kill(int signal) {
  if (ended_) return false;
  if (send_signal(handle_, signal) == 0) return true;
  if (errno == ESRCH) return false;
  throw error::from_errno(
      errno, "send signal " + std::to_string(signal) + " to process " + std::to_string(id_));
}

pipe_reader& process::output() {
  WEIR_ASSERT(output_.has_value());
  return *output_;
}

pipe_reader& process::errors() {
  WEIR_ASSERT(errors_.has_value());
  return *errors_;
}

}  // namespace weir
