// SPDX-License-Identifier: Apache-2.0
#include "weir/observe/supervisor.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>

#include "weir/sleep.hpp"

namespace weir {
namespace {

/// More often than that would be no sign of life but a load.
constexpr duration patience_min = std::chrono::milliseconds(1);

/// The number in a variable of the environment; nothing where there is none, or no number.
std::optional<std::int64_t> number_in(const char* name) noexcept {
  const char* const text = std::getenv(name);
  if (text == nullptr) return std::nullopt;
  const char* const end = text + std::strlen(text);
  std::int64_t value = 0;
  const auto read = std::from_chars(text, end, value);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return value;
}

}  // namespace

void notify_supervisor(std::string_view state) noexcept {
  const char* path = std::getenv("NOTIFY_SOCKET");
  if (path == nullptr || *path == '\0') return;
  sockaddr_un address{};
  const std::size_t length = std::strlen(path);
  if (length >= sizeof address.sun_path) return;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path, length);
  if (*path == '@') address.sun_path[0] = '\0';  // An abstract name.

  const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (socket < 0) return;
  // A supervisor that is gone or full is no reason for the service to stop.
  [[maybe_unused]] const auto sent = ::sendto(
      socket, state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address),
      static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length));
  ::close(socket);
}

bool has_supervisor() noexcept {
  const char* path = std::getenv("NOTIFY_SOCKET");
  return path != nullptr && *path != '\0';
}

std::optional<duration> supervisor_patience() noexcept {
  if (!has_supervisor()) return std::nullopt;
  const auto process = number_in("WATCHDOG_PID");
  if (process && *process != ::getpid()) return std::nullopt;
  const auto wanted = number_in("WATCHDOG_USEC");
  if (!wanted || *wanted <= 0) return std::nullopt;
  constexpr std::int64_t most = duration::max() / std::chrono::microseconds(1);
  return std::max<duration>(std::chrono::microseconds(std::min(*wanted, most)), patience_min);
}

task<> feed_supervisor() {
  const auto patience = supervisor_patience();
  while (patience) {
    notify_supervisor("WATCHDOG=1");
    co_await sleep(*patience / 2);
  }
}

}  // namespace weir
