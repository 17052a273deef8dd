// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/socket_address.hpp"
#include "weir/socket_stream.hpp"

namespace weir {

/// A TCP connection. See socket_stream for reading and writing.
class tcp_stream : public socket_stream {
 public:
  using socket_stream::socket_stream;

  /// Connects to a host by name or address: tries each of its addresses, one after the other, and
  /// throws the error of the last. Bound it with with_timeout(): the kernel's own limit is minutes.
  static task<tcp_stream> connect(std::string host, std::uint16_t port);
  static task<tcp_stream> connect(socket_address address);

  /// Sends small writes at once (true) instead of gathering them until the last is acknowledged.
  void set_nodelay(bool on);
};

/// A TCP port that takes connections. Closed with its end; nothing may be in flight then.
class tcp_listener {
 public:
  /// Listens on an address of this machine in numbers ("127.0.0.1", "::"), on `port` or, with 0,
  /// on one that is free. Throws at once where that is impossible.
  static tcp_listener bind(std::string_view ip, std::uint16_t port);

  /// Suspends until a connection comes. Throws `retry` errors where this one failed but the next
  /// may not (the peer gave up, too many open files). A connection that comes with a cancellation
  /// is given all the same; dropping it closes it.
  task<tcp_stream> accept();

  const socket_address& address() const noexcept { return address_; }
  std::uint16_t port() const noexcept { return address_.port(); }

 private:
  tcp_listener(file_descriptor socket, socket_address address) noexcept
      : socket_(std::move(socket)), address_(address) {}

  file_descriptor socket_;
  socket_address address_;
};

}  // namespace weir
