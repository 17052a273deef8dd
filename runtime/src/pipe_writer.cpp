// SPDX-License-Identifier: Apache-2.0
#include "weir/pipe_writer.hpp"

#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <ctime>

#include "weir/detail/current_stop.hpp"
#include "weir/poll.hpp"

namespace weir {
namespace {

/// SIGPIPE cannot come while this lives, and one that was raised meanwhile is taken back.
///
/// A write to a pipe, unlike one to a socket, knows no flag against the signal; it is sent to the
/// thread that writes. How the program treats SIGPIPE elsewhere stays its own affair.
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

/// A count or a negative errno.
ssize_t write_quietly(int descriptor, std::span<const std::byte> data) noexcept {
  const no_pipe_signal quiet;
  const ssize_t count = ::write(descriptor, data.data(), data.size());
  if (count >= 0) return count;
  const int failure = errno;
  if (failure == EPIPE) quiet.take_back();
  return -failure;
}

}  // namespace

task<> pipe_writer::write_all(std::span<const std::byte> data) {
  const detail::stop_context* stop = co_await detail::current_stop{};
  if (stop != nullptr && stop->stop_requested()) throw error::cancelled();
  while (!data.empty()) {
    const ssize_t count = write_quietly(target_.get(), data);
    if (count == -EPIPE) {
      throw error(std::error_code(EPIPE, std::system_category()), disposition::permanent,
                  "write to " + name_ + ": whoever reads it has closed it (has it ended?)");
    }
    if (count < 0 && count != -EAGAIN) {
      throw error::from_errno(static_cast<int>(-count), "write to " + name_);
    }
    if (count > 0) data = data.subspan(static_cast<std::size_t>(count));
    // Even where a quick reader would let this go on for ever, other tasks have their turn.
    if (!data.empty()) co_await poll(target_.get(), POLLOUT);
  }
}

task<> pipe_writer::write_all(std::string_view text) {
  return write_all(std::as_bytes(std::span(text)));
}

}  // namespace weir
