// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <exception>
#include <functional>
#include <string>

namespace weir::test {

/// What `act` says in a forked child that may lock so much memory and no more, or the text of what
/// it throws. A test that runs as root becomes a user who has locked nothing yet, so that the
/// limit holds. Call it where no loop of this process is open.
inline std::string said_with_locked_memory(unsigned kibibytes,
                                           const std::function<std::string()>& act) {
  constexpr unsigned seconds_to_live = 60;  // A child that hangs must not outlive the test.
  constexpr uid_t first_user = 40'000;      // Nobody in particular.
  std::array<int, 2> ends{};
  REQUIRE(pipe(ends.data()) == 0);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    alarm(seconds_to_live);
    std::string said = "cannot be looked at";
    const rlimit limit{.rlim_cur = kibibytes * 1024UL, .rlim_max = kibibytes * 1024UL};
    const uid_t user = first_user + kibibytes;
    const bool limited = setrlimit(RLIMIT_MEMLOCK, &limit) == 0;
    if (limited && (geteuid() != 0 || setresuid(user, user, user) == 0)) {
      try {
        said = act();
      } catch (const std::exception& thrown) {
        said = thrown.what();
      }
    }
    [[maybe_unused]] const auto written = write(ends[1], said.data(), said.size());
    _exit(0);
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
  CHECK(status == 0);
  return text;
}

}  // namespace weir::test
