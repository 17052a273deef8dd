// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weir/detail/with_result.hpp"
#include "weir/file_descriptor.hpp"
#include "weir/loop.hpp"
#include "weir/socket_address.hpp"
#include "weir/stream.hpp"

namespace weir {

/// What datagram_socket::receive_from() has put into the caller's memory.
struct received_datagram {
  std::size_t size;       ///< How many bytes; a datagram may have none.
  socket_address sender;  ///< Where it came from; a Unix sender may have no name.
  bool truncated;         ///< It was longer than the memory, and the rest is lost.
};

/// A datagram that owns its bytes.
struct datagram {
  std::vector<std::byte> bytes;
  socket_address sender;
  bool truncated;
};

/// A socket of datagrams, each sent and received as a whole: what UDP and Unix datagrams have in
/// common. See udp_socket and unix_datagram_socket.
///
/// One receive and one send may be in flight at a time, and the socket must neither be moved nor
/// destroyed meanwhile. What is not received soon enough is kept by the kernel up to a number of
/// bytes (socket_buffers::receive), and dropped beyond it: UDP senders are not held up. One loop.
class datagram_socket {
 public:
  class receive_operation;

  /// Suspends until a datagram comes. `into` stays valid until then, and is not empty. Cancelled,
  /// it throws and has received nothing.
  ///
  /// A connected socket throws `connection_refused` (retry) when an earlier datagram was answered
  /// with "nobody listens here"; the socket stays as it was, the next receive may succeed.
  receive_operation receive_from(std::span<std::byte> into) noexcept;

  /// The datagrams as they come, each of at most `size_max` bytes and without an end. Throws what
  /// receive_from() throws. The socket must outlive the stream; a next() that is cancelled takes
  /// no datagram.
  stream<datagram> datagrams(std::size_t size_max = largest_datagram);

  /// Sends `data` to `receiver`; suspends while there is no room. `data` stays valid until then.
  ///
  /// A Unix receiver whose queue is full is an error (retry): the kernel tells of room there only
  /// to a connected socket. A datagram that is too long is one as well.
  task<> send_to(std::span<const std::byte> data, socket_address receiver);
  task<> send_to(std::string_view text, const socket_address& receiver);
  /// The same to the peer of a connected socket. Where an earlier datagram was refused, this throws
  /// that error and sends nothing.
  task<> send(std::span<const std::byte> data);
  task<> send(std::string_view text);

  /// The socket's own address.
  const socket_address& address() const noexcept { return address_; }
  /// What errors call it.
  std::string name() const;
  int descriptor() const noexcept { return socket_.get(); }
  /// Nothing may be in flight.
  void close() noexcept { socket_.close(); }

  /// What an IP datagram can carry at most, a little more than what UDP can.
  static constexpr std::size_t largest_datagram = 65'535;

 protected:
  /// Takes over a non-blocking socket; `peer` is empty where it is not connected.
  datagram_socket(file_descriptor socket, const socket_address& address, std::string peer) noexcept
      : socket_(std::move(socket)), address_(address), peer_(std::move(peer)) {}

 private:
  task<> send_message(std::span<const std::byte> data, const socket_address* receiver);

  file_descriptor socket_;
  socket_address address_;
  std::string peer_;
};

/// The wait of datagram_socket::receive_from().
class [[nodiscard]] datagram_socket::receive_operation final : public io_operation {
 public:
  receive_operation(const datagram_socket& socket, std::span<std::byte> into) noexcept
      : io_operation({.kind = io_kind::receive_message, .descriptor = socket.descriptor()}),
        socket_(&socket),
        place_{.iov_base = into.data(), .iov_len = into.size()} {
    WEIR_ASSERT(!into.empty());
  }

  auto as_result() && { return detail::with_result<receive_operation>(std::move(*this)); }

  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> waiting) noexcept {
    // Until here it may have been moved.
    header_.msg_iov = &place_;
    header_.msg_iovlen = 1;
    header_.msg_name = &sender_;
    header_.msg_namelen = sizeof sender_;
    set_data(&header_);
    return io_operation::await_suspend(waiting);
  }
  received_datagram await_resume() const { return finish().value(); }

  /// The outcome of the completed wait.
  result<received_datagram> finish() const;

 private:
  const datagram_socket* socket_;
  iovec place_;
  msghdr header_{};
  sockaddr_storage sender_{};
};

inline datagram_socket::receive_operation datagram_socket::receive_from(
    std::span<std::byte> into) noexcept {
  return {*this, into};
}

}  // namespace weir
