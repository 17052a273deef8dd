// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "weir/detail/acceptor.hpp"
#include "weir/socket_address.hpp"
#include "weir/socket_options.hpp"
#include "weir/socket_stream.hpp"

namespace weir {

/// A TCP connection. See socket_stream for reading and writing.
///
///     weir::tcp_stream server = co_await weir::tcp_stream::connect("localhost", 7);
///     co_await server.write_all("hello");
///     const std::size_t count = co_await server.read_some(bytes);
class tcp_stream : public socket_stream {
 public:
  using socket_stream::socket_stream;

  /// Connects to a host by name or address, to the first of its addresses that answers.
  ///
  /// IPv6 and IPv4 take turns in the order of the resolver. Each address has a start of 250 ms
  /// before the next is tried beside it, or less when it refuses (RFC 8305, "happy eyeballs"); the
  /// attempts that lose are cancelled, and awaited. Where all of at most 32 fail, the error tells
  /// of each. Bound it with with_timeout(): the kernel's own limit is minutes.
  static task<tcp_stream> connect(std::string host, std::uint16_t port, tcp_options options = {});
  /// The same for addresses that are known; at least one.
  static task<tcp_stream> connect(std::vector<socket_address> addresses, tcp_options options = {});
  static task<tcp_stream> connect(socket_address address, tcp_options options = {});

  /// Changes the options that are named. Throws where the kernel refuses one; those before it, in
  /// the order of the structure, are then changed.
  void set_options(const tcp_options& options);
  /// All options, as the kernel has them now.
  tcp_options options() const;
  /// See tcp_options::nodelay.
  void set_nodelay(bool on) { set_options({.nodelay = on}); }

  /// Closes the connection at once: what was not sent yet is dropped, and the peer's next read
  /// fails. For a peer that has broken the protocol, or that is not to be waited for. Nothing may
  /// be in flight.
  void reset() noexcept;
};

/// A TCP port that takes connections. Closed with its end; nothing may be in flight then.
///
/// From the first accept() on it takes up to `accepted_ahead_max` connections from the kernel
/// before they are asked for. They end with the listener; the others wait in its backlog.
class tcp_listener {
 public:
  /// Listens on an address of this machine in numbers ("127.0.0.1", "::"), on `port` or, with 0,
  /// on one that is free. Throws at once where that is impossible.
  static tcp_listener bind(std::string_view ip, std::uint16_t port,
                           const tcp_listen_options& options = {});

  /// Suspends until a connection comes. Throws `retry` errors where this one failed but the next
  /// may not (the peer gave up, too many open files). Where it is cancelled, a connection that
  /// comes is the next accept's; several that wait are served in the order they came.
  task<tcp_stream> accept();

  const socket_address& address() const noexcept { return address_; }
  std::uint16_t port() const noexcept { return address_.port(); }

 private:
  tcp_listener(file_descriptor socket, socket_address address) noexcept
      : acceptor_(std::move(socket)), address_(address) {}

  detail::acceptor acceptor_;
  socket_address address_;
};

}  // namespace weir
