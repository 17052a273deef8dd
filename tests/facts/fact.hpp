// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

/// What the programs of this folder say, and the exit code that tools/test counts.
namespace fact {

constexpr unsigned seconds_to_wait = 30;  // What has not come by then never does.

inline void end_of_waiting(int) {
  constexpr char text[] = "does not hold: what must come has not come\n";
  [[maybe_unused]] const auto written = write(STDOUT_FILENO, text, sizeof text - 1);
  _exit(EXIT_FAILURE);
}

inline const bool is_limited = [] {
  signal(SIGALRM, end_of_waiting);
  alarm(seconds_to_wait);
  return true;
}();

/// The last word of a program.
inline int holds() {
  std::puts("holds");
  return EXIT_SUCCESS;
}

/// Ends the program where `seen` is not `wanted`; `what` names it.
inline void expect(const char* what, long seen, long wanted) {
  if (seen == wanted) return;
  std::printf("does not hold: %s: %ld, not %ld\n", what, seen, wanted);
  std::exit(EXIT_FAILURE);
}

/// Ends the program where `is_so` is false; `otherwise` is what was seen then.
inline void expect(bool is_so, const char* otherwise) {
  if (is_so) return;
  std::printf("does not hold: %s\n", otherwise);
  std::exit(EXIT_FAILURE);
}

/// For a bug of the kernel's that we go round: says whether it is there still. Neither is a
/// failure; what we do instead of relying on the kernel is the fact that must hold.
inline void tell(bool is_there, const char* bug) {
  std::printf("%s: %s\n", is_there ? "still so" : "so no longer", bug);
}

/// The value of a system call that must succeed for the fact to be looked at.
inline int must(const char* call, long status) {
  if (status >= 0) return static_cast<int>(status);
  std::printf("cannot tell: %s: %s\n", call, std::strerror(errno));
  std::exit(EXIT_FAILURE);
}

/// Ends the program where the fact cannot be looked at on this machine.
inline void skip(const char* why, int code) {
  constexpr int skipped = 77;  // Meson's word for it.
  std::printf("skipped: %s: %s\n", why, std::strerror(code));
  std::exit(skipped);
}

}  // namespace fact
