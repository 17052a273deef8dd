// SPDX-License-Identifier: Apache-2.0
#include "socket_options.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <algorithm>
#include <limits>

#include "socket_error.hpp"

namespace weir::detail {
namespace {

constexpr option_name send_buffer{SOL_SOCKET, SO_SNDBUF, "SO_SNDBUF"};
constexpr option_name receive_buffer{SOL_SOCKET, SO_RCVBUF, "SO_RCVBUF"};
constexpr option_name keepalive{SOL_SOCKET, SO_KEEPALIVE, "SO_KEEPALIVE"};
constexpr option_name keepalive_idle{IPPROTO_TCP, TCP_KEEPIDLE, "TCP_KEEPIDLE"};
constexpr option_name keepalive_interval{IPPROTO_TCP, TCP_KEEPINTVL, "TCP_KEEPINTVL"};
constexpr option_name keepalive_probes{IPPROTO_TCP, TCP_KEEPCNT, "TCP_KEEPCNT"};
constexpr option_name nodelay{IPPROTO_TCP, TCP_NODELAY, "TCP_NODELAY"};
constexpr option_name user_timeout{IPPROTO_TCP, TCP_USER_TIMEOUT, "TCP_USER_TIMEOUT"};

/// A time as the kernel takes it; one that is out of its range is for the kernel to refuse.
template <class Duration>
int count_of(Duration time) noexcept {
  using limits = std::numeric_limits<int>;
  return static_cast<int>(std::clamp<typename Duration::rep>(time.count(), -1, limits::max()));
}

}  // namespace

void set_option(int socket, const option_name& option, int value, const std::string& owner) {
  socket_calls& calls = current_socket_calls();
  const int status = calls.set_option(socket, option.level, option.number, value);
  if (status == 0) return;
  throw socket_error(
      -status, "set " + std::string(option.text) + " of " + owner + " to " + std::to_string(value));
}

void set_structure(int socket, const option_name& option, std::span<const std::byte> value,
                   const std::string& owner) {
  socket_calls& calls = current_socket_calls();
  const int status = calls.set_structure(socket, option.level, option.number, value);
  if (status == 0) return;
  throw socket_error(-status, "set " + std::string(option.text) + " of " + owner);
}

int get_option(int socket, const option_name& option, const std::string& owner) {
  int value = 0;
  socket_calls& calls = current_socket_calls();
  const int status = calls.get_option(socket, option.level, option.number, value);
  if (status == 0) return value;
  throw socket_error(-status, "read " + std::string(option.text) + " of " + owner);
}

void set_buffers(int socket, const socket_buffers& buffers, const std::string& owner) {
  if (buffers.send) set_option(socket, send_buffer, *buffers.send, owner);
  if (buffers.receive) set_option(socket, receive_buffer, *buffers.receive, owner);
}

socket_buffers get_buffers(int socket, const std::string& owner) {
  return {.send = get_option(socket, send_buffer, owner),
          .receive = get_option(socket, receive_buffer, owner)};
}

void set_options(int socket, const tcp_options& options, const std::string& owner) {
  if (options.nodelay) set_option(socket, nodelay, *options.nodelay ? 1 : 0, owner);
  if (const auto& alive = options.keepalive; alive && alive->idle.count() != 0) {
    set_option(socket, keepalive_idle, count_of(alive->idle), owner);
    set_option(socket, keepalive_interval, count_of(alive->interval), owner);
    set_option(socket, keepalive_probes, alive->probes, owner);
    set_option(socket, keepalive, 1, owner);
  } else if (alive) {
    set_option(socket, keepalive, 0, owner);
  }
  if (options.user_timeout) {
    set_option(socket, user_timeout, count_of(*options.user_timeout), owner);
  }
  set_buffers(socket, options.buffers, owner);
}

tcp_options get_options(int socket, const std::string& owner) {
  const auto get = [&](const option_name& option) { return get_option(socket, option, owner); };
  tcp_keepalive alive;
  alive.idle = std::chrono::seconds(get(keepalive) != 0 ? get(keepalive_idle) : 0);
  alive.interval = std::chrono::seconds(get(keepalive_interval));
  alive.probes = get(keepalive_probes);
  return {.nodelay = get(nodelay) != 0,
          .keepalive = alive,
          .user_timeout = std::chrono::milliseconds(get(user_timeout)),
          .buffers = get_buffers(socket, owner)};
}

}  // namespace weir::detail
