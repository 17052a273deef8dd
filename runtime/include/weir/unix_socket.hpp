// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "weir/socket_address.hpp"
#include "weir/socket_options.hpp"
#include "weir/socket_stream.hpp"

namespace weir {

/// A connection by a Unix socket. See socket_stream for reading and writing.
class unix_stream : public socket_stream {
 public:
  using socket_stream::socket_stream;

  /// Connects to the socket at `path`. Throws where nobody listens there.
  static task<unix_stream> connect(std::string path);
  /// Two connections that are each other's peer, for this process or its children.
  static std::array<unix_stream, 2> pair();
};

/// A Unix socket that takes connections. Closed and its path removed with its end; nothing may be
/// in flight then.
class unix_listener {
 public:
  /// Makes the socket at `path`. Throws at once where that is impossible; a file that is there
  /// already, also one that a crash left, is an error: it may belong to a server that runs. Where
  /// `backlog` connections wait to be accepted, the next are refused.
  static unix_listener bind(std::string_view path, int backlog = default_backlog);

  unix_listener(unix_listener&&) noexcept = default;
  unix_listener& operator=(unix_listener&& other) noexcept;
  ~unix_listener();

  /// Suspends until a connection comes; see tcp_listener::accept().
  task<unix_stream> accept();

  const socket_address& address() const noexcept { return address_; }

 private:
  unix_listener(file_descriptor socket, socket_address address) noexcept
      : socket_(std::move(socket)), address_(address) {}
  void remove() noexcept;

  file_descriptor socket_;
  socket_address address_;
};

}  // namespace weir
