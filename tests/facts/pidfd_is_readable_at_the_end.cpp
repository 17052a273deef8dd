// SPDX-License-Identifier: Apache-2.0
// The fact: a pidfd polls as readable when its process has ended, and not before; also when that
// was long ago, and when somebody has fetched the exit status.
//
// Who relies on it: runtime/src/process.cpp (wait, which several tasks may do at a time). Should it
// be silent after the status was fetched, the second task would wait for ever: wait() would have to
// wake it.
#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "fact.hpp"

namespace {

constexpr int exit_code = 7;

/// Whether the descriptor is readable, at once or after a wait.
bool is_readable(int descriptor, int milliseconds) {
  pollfd polled{.fd = descriptor, .events = POLLIN, .revents = 0};
  fact::must("poll", poll(&polled, 1, milliseconds));
  return (polled.revents & POLLIN) != 0;
}

}  // namespace

int main() {
  int ends[2];
  fact::must("pipe2", pipe2(ends, O_CLOEXEC));
  const pid_t child = fact::must("fork", fork());
  if (child == 0) {
    close(ends[1]);
    char byte = 0;
    [[maybe_unused]] const auto count = read(ends[0], &byte, 1);  // The parent's end is its end.
    _exit(exit_code);
  }
  const auto handle = fact::must("pidfd_open", syscall(SYS_pidfd_open, child, 0));
  fact::expect(!is_readable(handle, 0), "a pidfd is readable while its process lives");
  close(ends[1]);
  fact::expect(is_readable(handle, -1), "a pidfd is not readable at the end of its process");

  siginfo_t information{};
  fact::must("waitid", waitid(P_PIDFD, static_cast<id_t>(handle), &information, WEXITED));
  fact::expect("the exit code", information.si_status, exit_code);
  fact::expect(is_readable(handle, 0), "a pidfd is silent once the status was fetched");
  return fact::holds();
}
