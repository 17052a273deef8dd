// SPDX-License-Identifier: Apache-2.0
#include "log_output.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <string>

#include "weir/detail/write_quietly.hpp"

namespace weir::detail {

bool wait_for_room(int descriptor, duration limit) {
  constexpr duration longest = std::chrono::milliseconds(INT_MAX);
  const auto wait = std::clamp(limit, duration::zero(), longest);
  pollfd room{descriptor, POLLOUT, 0};
  return ::poll(&room, 1, static_cast<int>(wait / std::chrono::milliseconds(1))) > 0;
}

void log_output::look() {
  struct stat now{};
  if (fstat(descriptor_, &now) != 0) now = {};
  if (kind_ != kind::unknown && now.st_dev == device_ && now.st_ino == number_) return;
  device_ = now.st_dev;
  number_ = now.st_ino;
  own_.reset();
  kind_ = kind::file;
  if (S_ISSOCK(now.st_mode)) kind_ = kind::socket;
  if (!S_ISFIFO(now.st_mode) && !S_ISCHR(now.st_mode)) return;
  file_descriptor again(::open(path_.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
  kind_ = again ? kind::reopened : kind::shared;
  if (again) own_ = std::make_shared<const file_descriptor>(std::move(again));
}

int log_output::target() const noexcept { return own_ ? own_->get() : descriptor_; }

ssize_t log_output::write(std::string_view text) {
  look();
  ssize_t count = 0;
  if (kind_ == kind::socket) {
    count = ::send(descriptor_, text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    return count < 0 ? -errno : count;
  }
  if (kind_ == kind::shared) {
    pollfd room{descriptor_, POLLOUT, 0};
    if (::poll(&room, 1, 0) == 0) return -EAGAIN;
    text = text.substr(0, PIPE_BUF);
  }
  return write_quietly(target(), text.data(), text.size());
}

bool log_output::is_slow() {
  look();
  return kind_ == kind::file;
}

std::shared_ptr<const file_descriptor> log_output::when_full() {
  look();
  if (own_) return own_;
  return std::make_shared<const file_descriptor>(fcntl(descriptor_, F_DUPFD_CLOEXEC, 0));
}

bool log_output::is_terminal() const noexcept { return ::isatty(descriptor_) == 1; }

bool log_output::is_journal() const noexcept {
  const char* const named = std::getenv("JOURNAL_STREAM");
  struct stat now{};
  if (named == nullptr || fstat(descriptor_, &now) != 0) return false;
  return std::to_string(now.st_dev) + ':' + std::to_string(now.st_ino) == named;
}

}  // namespace weir::detail
