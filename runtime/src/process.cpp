// SPDX-License-Identifier: Apache-2.0
#include "weir/process.hpp"

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdint>

#include "spawn_plan.hpp"
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

enum class direction : std::uint8_t { from_child, to_child };

pipe_ends open_pipe(direction data_goes) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) < 0) throw error::from_errno(errno, "open a pipe");
  pipe_ends made{file_descriptor(ends[0]), file_descriptor(ends[1])};
  if (data_goes == direction::to_child) std::swap(made.ours, made.childs);
  if (::fcntl(made.ours.get(), F_SETFL, O_NONBLOCK) < 0) {
    throw error::from_errno(errno, "make a pipe non-blocking");
  }
  return made;
}

}  // namespace

std::string exit_status::text() const {
  if (signal != 0) return "was ended by signal " + std::to_string(signal);
  return "exited with " + std::to_string(code);
}

process process::spawn(const process_options& options) {
  detail::spawn_plan plan;
  pipe_ends input;
  pipe_ends output;
  pipe_ends errors;
  if (options.pipe_input) {
    input = open_pipe(direction::to_child);
    plan.redirect(input.childs.get(), STDIN_FILENO);
  }
  if (options.capture_output) {
    output = open_pipe(direction::from_child);
    errors = open_pipe(direction::from_child);
    plan.redirect(output.childs.get(), STDOUT_FILENO);
    plan.redirect(errors.childs.get(), STDERR_FILENO);
  }
  if (!options.working_directory.empty()) plan.change_directory(options.working_directory);
  const pid_t id = plan.spawn(options);
  process made(id, file_descriptor(open_handle(id)));
  if (!made.handle_) {
    const int failure = errno;
    ::kill(id, SIGKILL);
    ::waitpid(id, nullptr, 0);
    throw error::from_errno(failure, "pidfd_open of the program '" + options.program + "'");
  }
  if (options.pipe_input) {
    made.input_.emplace(std::move(input.ours), "the input of " + options.program);
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
    input_ = std::move(other.input_);
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

pipe_writer& process::input() {
  WEIR_ASSERT(input_.has_value());
  return *input_;
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
