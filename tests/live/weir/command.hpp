// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/wait.h>

#include <cstdio>
#include <string>

#include "fixture.hpp"

namespace weir::test {

/// What a run of the command ended with, and all that it printed.
struct ending {
  int code = -1;
  std::string output;
};

/// Runs a line of the shell.
inline ending run_line(const std::string& line) {
  std::FILE* const child = popen(("exec 2>&1; " + line).c_str(), "r");
  REQUIRE(child != nullptr);
  ending seen;
  char part[4096];
  while (const std::size_t size = std::fread(part, 1, sizeof part, child)) {
    seen.output.append(part, size);
  }
  const int status = pclose(child);
  REQUIRE(WIFEXITED(status));
  seen.code = WEXITSTATUS(status);
  return seen;
}

/// Runs `weir` with these arguments on the office's server.
inline ending run_command(post_office& in, const std::string& arguments) {
  return run_line("NATS_URL=" + in.url() + " " + WEIR_COMMAND + " " + arguments);
}

}  // namespace weir::test
