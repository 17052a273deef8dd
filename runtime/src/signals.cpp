// SPDX-License-Identifier: Apache-2.0
#include "weir/signals.hpp"

#include <pthread.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "weir/poll.hpp"

namespace weir {

signal_set::signal_set(std::initializer_list<int> signals) {
  sigset_t wanted;
  sigemptyset(&wanted);
  for (const int number : signals) {
    if (sigaddset(&wanted, number) == 0) continue;
    throw error(errc::invalid_argument, disposition::permanent,
                "there is no signal " + std::to_string(number));
  }
  source_ = file_descriptor(signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!source_) throw error::from_errno(errno, "signalfd for a set of signals");
  const int status = pthread_sigmask(SIG_BLOCK, &wanted, &before_);
  if (status != 0) throw error::from_errno(status, "block a set of signals");
}

signal_set::~signal_set() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

task<int> signal_set::next() {
  for (;;) {
    co_await poll(source_.get(), POLLIN);
    signalfd_siginfo information{};
    const ssize_t count = ::read(source_.get(), &information, sizeof information);
    if (count == sizeof information) co_return static_cast<int>(information.ssi_signo);
    // Another reader was quicker: wait for the next.
    if (errno != EAGAIN) throw error::from_errno(errno, "read a signal");
  }
}

}  // namespace weir
