// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "weir/detail/arrivals.hpp"
#include "weir/detail/with_result.hpp"
#include "weir/file_descriptor.hpp"
#include "weir/loop.hpp"
#include "weir/received_bytes.hpp"
#include "weir/socket_options.hpp"

namespace weir {

/// A connected stream of bytes in both directions: what TCP and Unix sockets have in common.
///
/// One read and one write may be in flight at a time, and the stream must neither be moved nor
/// destroyed meanwhile. Every error names the peer. One loop.
class socket_stream {
 public:
  class read_operation;
  class receive_operation;

  /// How many buffers may be filled that receive() has not given yet, before the peer has to wait;
  /// the kernel may deliver some more (64 in all) before it sees that.
  static constexpr std::size_t received_ahead_max = 8;

  /// Takes over a connected, non-blocking socket; `peer` is what errors call the other side.
  socket_stream(file_descriptor socket, std::string peer)
      : socket_(std::move(socket)), peer_(std::move(peer)) {}
  socket_stream(socket_stream&&) noexcept = default;
  socket_stream& operator=(socket_stream&& other) noexcept {
    if (this == &other) return *this;
    close();
    socket_ = std::move(other.socket_);
    peer_ = std::move(other.peer_);
    arrivals_ = std::move(other.arrivals_);
    drained_ = other.drained_;
    return *this;
  }

  /// Suspends until there is something to read; gives how many bytes, 0 at the end of the stream.
  ///
  /// `into` stays valid until then, and is not empty. Cancelled, it throws and has read nothing.
  read_operation read_some(std::span<std::byte> into) noexcept;

  /// Suspends until bytes come, and gives them in a buffer of the loop's; empty at the end.
  ///
  /// A connection that waits holds no buffer, and what comes between two calls is kept for the
  /// next one. Cancelled, it throws and has taken nothing. A stream that is read by this is not
  /// read by read_some() any more. Where the loop has no buffer left it waits for one.
  receive_operation receive();

  /// Writes all of `data`, which stays valid until then. A write that fails or is cancelled may
  /// have sent a part of it: the stream is then fit for closing only.
  task<> write_all(std::span<const std::byte> data);
  task<> write_all(std::string_view text);
  /// Writes all of several pieces, in order and without copying them together: a head and a body,
  /// say. The list and the pieces stay valid until then.
  task<> write_all(std::span<const std::span<const std::byte>> pieces);

  /// Writes what the kernel has room for now, without waiting, and gives how many bytes that is: 0
  /// where there is no room. No other write is in flight.
  ///
  /// One system call, where write_all() hands its bytes over with those of all other sockets, at
  /// the end of the turn: for the answer that somebody waits for, not for many connections.
  std::size_t try_write(std::span<const std::byte> data);
  std::size_t try_write(std::string_view text);

  /// Tells the peer that nothing more comes; reading goes on.
  void shutdown_write();

  /// What has befallen the connection without anybody having asked, such as a reset by the peer;
  /// told once. The next read or write would tell too.
  std::optional<error> take_error();

  /// Changes the sizes that are named.
  void set_buffers(const socket_buffers& sizes);
  /// The sizes that the kernel uses now.
  socket_buffers buffers() const;

  /// Closes both directions. Nothing may be in flight.
  void close() noexcept {
    arrivals_.reset();
    socket_.close();
  }

  int descriptor() const noexcept { return socket_.get(); }
  const std::string& peer() const noexcept { return peer_; }

 private:
  file_descriptor socket_;
  std::string peer_;
  detail::arrivals::owner arrivals_;  // Made by the first receive().
  bool drained_ = false;              // The last read took all that was there.
};

/// The wait of socket_stream::read_some().
class [[nodiscard]] socket_stream::read_operation final : public io_operation {
 public:
  read_operation(socket_stream& source, std::span<std::byte> into) noexcept
      : io_operation({.kind = io_kind::receive,
                      .descriptor = source.descriptor(),
                      .drained = source.drained_,
                      .data = into.data(),
                      .size = into.size()}),
        source_(&source) {
    WEIR_ASSERT(!into.empty() && source.arrivals_ == nullptr);
  }

  auto as_result() && { return detail::with_result<read_operation>(std::move(*this)); }

  std::size_t await_resume() const { return finish().value(); }

  /// The outcome of the completed wait.
  result<std::size_t> finish() const {
    const int count = io_operation::await_resume();
    if (count < 0) return error::from_errno(-count, "read from " + source_->peer());
    source_->drained_ = static_cast<std::size_t>(count) < request().size;
    return static_cast<std::size_t>(count);
  }

 private:
  socket_stream* source_;
};

/// The wait of socket_stream::receive().
class [[nodiscard]] socket_stream::receive_operation final : public detail::arrivals_wait {
 public:
  explicit receive_operation(const socket_stream& source) noexcept
      : arrivals_wait(*source.arrivals_), source_(&source) {}

  auto as_result() && { return detail::with_result<receive_operation>(std::move(*this)); }

  received_bytes await_resume() const { return finish().value(); }

  /// The outcome of the completed wait.
  result<received_bytes> finish() const {
    const auto& [count, buffer, more] = completion();
    if (count < 0) return error::from_errno(-count, "read from " + source_->peer());
    if (buffer < 0) return received_bytes();
    return received_bytes(loop::current().driver(), buffer, static_cast<std::size_t>(count));
  }

 private:
  const socket_stream* source_;
};

inline socket_stream::receive_operation socket_stream::receive() {
  if (arrivals_ == nullptr) {
    arrivals_ = detail::arrivals::make(io_kind::receive_many, descriptor(), received_ahead_max);
  }
  return receive_operation(*this);
}

inline socket_stream::read_operation socket_stream::read_some(std::span<std::byte> into) noexcept {
  return {*this, into};
}

}  // namespace weir
