// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>

namespace weir {

/// How much the kernel keeps of what was sent and not acknowledged, and of what came and was not
/// read, in bytes.
///
/// What is not named stays as it is; the kernel then adapts the sizes of TCP connections itself,
/// mostly better than a number can. It takes no more than net.core.wmem_max and net.core.rmem_max,
/// and doubles the number for its own book-keeping: asked for the size, it gives the double.
struct socket_buffers {
  std::optional<int> send = std::nullopt;
  std::optional<int> receive = std::nullopt;
};

/// How the kernel asks the silent peer of a TCP connection whether it is still there.
struct tcp_keepalive {
  std::chrono::seconds idle{60};      ///< Silence before the first question; 0: it never asks.
  std::chrono::seconds interval{10};  ///< From one question to the next.
  int probes = 6;                     ///< So many without an answer end the connection.
};

/// The options of a TCP connection; what is not named stays as it is.
///
///     const weir::tcp_options options{.nodelay = true, .keepalive = weir::tcp_keepalive{}};
///     weir::tcp_stream server = co_await weir::tcp_stream::connect("localhost", 4222, options);
struct tcp_options {
  /// Sends small writes at once, instead of gathering them until the last is acknowledged.
  std::optional<bool> nodelay = std::nullopt;
  std::optional<tcp_keepalive> keepalive = std::nullopt;
  /// For how long what was sent may stay without an answer before the connection is given up;
  /// 0: as long as the kernel tries, a quarter of an hour or so.
  std::optional<std::chrono::milliseconds> user_timeout = std::nullopt;
  socket_buffers buffers = {};
};

/// How many connections may wait to be accepted. The kernel's own limit (net.core.somaxconn) may be
/// lower.
constexpr int default_backlog = 1024;

/// The options of a TCP port that takes connections.
struct tcp_listen_options {
  int backlog = default_backlog;
  /// Lets further listeners have the same port; the kernel shares the connections out between them.
  /// One listener for each loop of a runtime is what this is for. All have to ask for it.
  bool reuse_port = false;
  /// An address of IPv6 does not stand for those of IPv4 too.
  bool ipv6_only = false;
  /// What accepted connections have from their beginning.
  tcp_options connections = {};
};

}  // namespace weir
