// SPDX-License-Identifier: Apache-2.0
#include "weir/socket_calls.hpp"

#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>

#include "weir/loop.hpp"

namespace weir {
namespace {

int or_errno(int status) noexcept { return status >= 0 ? status : -errno; }

/// What a thread without a loop uses.
class kernel_calls final : public socket_calls {};

}  // namespace

int socket_calls::open_socket(int family, int type) noexcept {
  return or_errno(::socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

int socket_calls::open_pair(int type, std::array<int, 2>& ends) noexcept {
  return or_errno(::socketpair(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()));
}

int socket_calls::bind_socket(int socket, const socket_address& address) noexcept {
  return or_errno(::bind(socket, address.data(), address.size()));
}

int socket_calls::listen_on(int socket, int backlog) noexcept {
  return or_errno(::listen(socket, backlog));
}

int socket_calls::shut_down(int socket, int direction) noexcept {
  return or_errno(::shutdown(socket, direction));
}

int socket_calls::send_now(int socket, std::span<const std::byte> data) noexcept {
  const std::size_t size = std::min<std::size_t>(data.size(), INT_MAX);
  return or_errno(static_cast<int>(::send(socket, data.data(), size, MSG_DONTWAIT | MSG_NOSIGNAL)));
}

int socket_calls::set_option(int socket, int level, int option, int value) noexcept {
  return or_errno(::setsockopt(socket, level, option, &value, sizeof value));
}

int socket_calls::set_structure(int socket, int level, int option,
                                std::span<const std::byte> value) noexcept {
  const auto size = static_cast<socklen_t>(value.size());
  return or_errno(::setsockopt(socket, level, option, value.data(), size));
}

int socket_calls::get_option(int socket, int level, int option, int& value) noexcept {
  socklen_t size = sizeof value;
  return or_errno(::getsockopt(socket, level, option, &value, &size));
}

int socket_calls::local_address(int socket, sockaddr_storage& address, socklen_t& size) noexcept {
  return or_errno(::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size));
}

int socket_calls::peer_address(int socket, sockaddr_storage& address, socklen_t& size) noexcept {
  return or_errno(::getpeername(socket, reinterpret_cast<sockaddr*>(&address), &size));
}

int socket_calls::remove_path(const socket_address& address) noexcept {
  return or_errno(::unlink(reinterpret_cast<const sockaddr_un*>(address.data())->sun_path));
}

void socket_calls::close_descriptor(int descriptor) noexcept { ::close(descriptor); }

socket_calls& detail::current_socket_calls() noexcept {
  if (loop* home = loop::current_or_null()) return home->driver();
  static auto* const kernel = new kernel_calls;  // Never destroyed: statics may close files.
  return *kernel;
}

}  // namespace weir
