// SPDX-License-Identifier: Apache-2.0
// The fact: a poll of a signalfd by io_uring ends when a signal comes to the thread that submitted
// it or to its process, and at once where one is pending already. The read gives it; the poll after
// that waits.
//
// Who relies on it: runtime/src/signals.cpp. Whose signals a signalfd shows depends on who looks;
// should the look be taken by a thread of the kernel's, signal_set would need a thread of its own.
#include <poll.h>
#include <pthread.h>
#include <sys/signalfd.h>

#include "ring.hpp"

namespace {

void arm(fact::ring& ring, int source) {
  io_uring_sqe* const polling = ring.entry();
  io_uring_prep_poll_add(polling, source, POLLIN);
  polling->user_data = 1;
}

int next_signal(int source) {
  signalfd_siginfo information{};
  fact::must("read", read(source, &information, sizeof information));
  return static_cast<int>(information.ssi_signo);
}

}  // namespace

int main() {
  fact::ring ring;
  sigset_t wanted;
  sigemptyset(&wanted);
  sigaddset(&wanted, SIGUSR1);
  sigaddset(&wanted, SIGUSR2);
  fact::must("pthread_sigmask", -pthread_sigmask(SIG_BLOCK, &wanted, nullptr));
  const int source = fact::must("signalfd", signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK));

  arm(ring, source);
  fact::expect("completions without a signal", ring.count(), 0);
  fact::must("pthread_kill", -pthread_kill(pthread_self(), SIGUSR1));
  fact::expect("the events of a signal to the thread", ring.next().result, POLLIN);
  fact::expect("the signal", next_signal(source), SIGUSR1);

  arm(ring, source);
  fact::expect("completions without a signal", ring.count(), 0);
  fact::must("kill", kill(getpid(), SIGUSR2));
  fact::expect("the events of a signal to the process", ring.next().result, POLLIN);
  fact::expect("the signal", next_signal(source), SIGUSR2);

  fact::must("pthread_kill", -pthread_kill(pthread_self(), SIGUSR1));
  arm(ring, source);
  fact::expect("the events of a signal that is pending", ring.next().result, POLLIN);
  return fact::holds();
}
