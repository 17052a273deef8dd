// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "weir/detail/acceptor.hpp"
#include "weir/detail/bound_path.hpp"
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

/// A Unix socket that takes connections, some of them ahead: see tcp_listener. Closed and its path
/// removed with its end; nothing may be in flight then.
class unix_listener {
 public:
  /// Makes the socket at `path`. Throws at once where that is impossible; a file that is there
  /// already, also one that a crash left, is an error: it may belong to a server that runs. Where
  /// `backlog` connections wait to be accepted, the next are refused.
  static unix_listener bind(std::string_view path, int backlog = default_backlog);

  /// Suspends until a connection comes; see tcp_listener::accept().
  task<unix_stream> accept();

  const socket_address& address() const noexcept { return path_.address(); }

 private:
  unix_listener(file_descriptor socket, const socket_address& address) noexcept
      : acceptor_(std::move(socket)), path_(address) {}

  detail::acceptor acceptor_;
  detail::bound_path path_;
};

}  // namespace weir
