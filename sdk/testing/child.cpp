// SPDX-License-Identifier: Apache-2.0
#include "child.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <exception>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace weir::test {
namespace {

constexpr int exit_failed = 3;

/// As much as a pipe takes without anybody who reads.
constexpr std::size_t result_bytes_max = std::size_t{64} << 10;

void write_all(int to, const std::string& text) {
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t count = ::write(to, text.data() + done, text.size() - done);
    if (count <= 0) ::_exit(exit_failed);
    done += static_cast<std::size_t>(count);
  }
}

[[noreturn]] void run(const std::function<std::string()>& body, int results) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  std::string text;
  int code = 0;
  try {
    text = body();
  } catch (const std::exception& failure) {
    text = failure.what();
    code = exit_failed;
  }
  if (text.size() > result_bytes_max) {
    text.resize(result_bytes_max);
    code = exit_failed;
  }
  write_all(results, text);
  ::_exit(code);
}

}  // namespace

child::child(const std::function<std::string()>& body) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0)
    throw std::system_error(errno, std::generic_category(), "pipe");
  pid_ = ::fork();
  if (pid_ == 0) {
    ::close(ends[0]);
    run(body, ends[1]);
  }
  ::close(ends[1]);
  results_ = ends[0];
  if (pid_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
}

child::child(child&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      results_(std::exchange(other.results_, -1)),
      result_(std::move(other.result_)) {}

child::~child() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  if (results_ >= 0) ::close(results_);
}

void child::read_result() {
  char piece[4096];
  for (ssize_t count; (count = ::read(results_, piece, sizeof piece)) > 0;) {
    result_.append(piece, static_cast<std::size_t>(count));
  }
}

child::state child::wait() {
  int status = 0;
  if (::waitpid(pid_, &status, WUNTRACED) < 0) {
    throw std::system_error(errno, std::generic_category(), "waitpid");
  }
  if (WIFSTOPPED(status)) return state::stopped;
  pid_ = -1;
  read_result();
  if (WIFSIGNALED(status)) return state::died;
  return WEXITSTATUS(status) == 0 ? state::done : state::failed;
}

void child::signal(int number) {
  if (pid_ > 0) ::kill(pid_, number);
}

}  // namespace weir::test
