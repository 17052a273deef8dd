// SPDX-License-Identifier: Apache-2.0
#include "death.hpp"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>

namespace weir::test {
namespace {

constexpr unsigned seconds_to_die = 60;  // A child that hangs must not outlive the test for ever.

}  // namespace

std::string death_of(const std::function<void()>& act) {
  std::array<int, 2> ends{};
  REQUIRE(pipe(ends.data()) == 0);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const rlimit no_core{};
    setrlimit(RLIMIT_CORE, &no_core);
    std::signal(SIGABRT, SIG_DFL);
    alarm(seconds_to_die);
    dup2(ends[1], STDERR_FILENO);
    act();
    _exit(0);  // It lived: no SIGABRT, so the parent's check fails.
  }
  close(ends[1]);
  std::string text;
  std::array<char, 1024> part{};
  for (ssize_t count = 0; (count = read(ends[0], part.data(), part.size())) > 0;) {
    text.append(part.data(), static_cast<std::size_t>(count));
  }
  close(ends[0]);
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGABRT);
  return text;
}

}  // namespace weir::test
