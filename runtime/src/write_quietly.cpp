// SPDX-License-Identifier: Apache-2.0
#include "weir/detail/write_quietly.hpp"

#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <ctime>

namespace weir::detail {
namespace {

/// SIGPIPE cannot come while this lives, and one that was raised meanwhile is taken back.
class no_pipe_signal {
 public:
  no_pipe_signal() noexcept {
    sigemptyset(&pipe_signal_);
    sigaddset(&pipe_signal_, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_signal_, &before_);
    sigset_t pending;
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
  }
  no_pipe_signal(const no_pipe_signal&) = delete;
  no_pipe_signal& operator=(const no_pipe_signal&) = delete;
  ~no_pipe_signal() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

  void take_back() const noexcept {
    if (was_pending_) return;
    const timespec at_once{};
    while (sigtimedwait(&pipe_signal_, nullptr, &at_once) < 0 && errno == EINTR) continue;
  }

 private:
  sigset_t pipe_signal_;
  sigset_t before_;
  bool was_pending_;
};

}  // namespace

ssize_t write_quietly(int descriptor, const void* data, std::size_t size) noexcept {
  const no_pipe_signal quiet;
  const ssize_t count = ::write(descriptor, data, size);
  if (count >= 0) return count;
  const int failure = errno;
  if (failure == EPIPE) quiet.take_back();
  return -failure;
}

}  // namespace weir::detail
