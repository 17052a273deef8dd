// SPDX-License-Identifier: Apache-2.0
#include "weir/signals.hpp"

#include <sys/signalfd.h>
#include <unistd.h>

#include "weir/poll.hpp"

namespace weir {

signal_set::signal_set(std::initializer_list<int> signals) {
  sigset_t wanted;
  sigemptyset(&wanted);
  for (const int signal : signals) sigaddset(&wanted, signal);
  pthread_sigmask(SIG_BLOCK, &wanted, &blocked_before_);
  descriptor_ = file_descriptor(::signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!descriptor_) {
    const int failure = errno;
    pthread_sigmask(SIG_SETMASK, &blocked_before_, nullptr);
    throw error::from_errno(failure, "signalfd");
  }
}

signal_set::~signal_set() { pthread_sigmask(SIG_SETMASK, &blocked_before_, nullptr); }

task<int> signal_set::next() {
  for (;;) {
    signalfd_siginfo came{};
    const auto size = ::read(descriptor_.get(), &came, sizeof came);
    if (size == sizeof came) co_return static_cast<int>(came.ssi_signo);
    if (size < 0 && errno != EAGAIN) throw error::from_errno(errno, "read of a signalfd");
    co_await poll(descriptor_.get(), POLLIN);
  }
}

}  // namespace weir
