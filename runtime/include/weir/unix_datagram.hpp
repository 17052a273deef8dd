// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "weir/datagram_socket.hpp"
#include "weir/detail/bound_path.hpp"
#include "weir/task.hpp"

namespace weir {

/// A Unix socket of datagrams, none of which is lost, doubled or out of order. See datagram_socket
/// for sending and receiving.
///
/// A receiver that does not keep up holds up its connected senders, and refuses the others. Closed
/// and its path removed with its end; nothing may be in flight then.
///
///     weir::unix_datagram_socket log = weir::unix_datagram_socket::bind("/run/a/log");
///     weir::unix_datagram_socket to_log = co_await
///     weir::unix_datagram_socket::connect("/run/a/log"); co_await to_log.send("a line");
class unix_datagram_socket : public datagram_socket {
 public:
  /// Makes the socket at `path`, for receiving and for sending under that name. Throws at once
  /// where that is impossible; a file that is there already, also one that a crash left, is an
  /// error.
  static unix_datagram_socket bind(std::string_view path);
  /// A socket without a name that sends to the one at `path`. Throws where there is none.
  static task<unix_datagram_socket> connect(std::string path);
  /// Two sockets that are each other's peer, for this process or its children.
  static std::array<unix_datagram_socket, 2> pair();

 private:
  using datagram_socket::datagram_socket;

  detail::bound_path path_;
};

}  // namespace weir
