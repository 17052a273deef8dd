// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "weir/detail/with_result.hpp"
#include "weir/file_descriptor.hpp"
#include "weir/loop.hpp"

namespace weir {

/// A connected stream of bytes in both directions: what TCP and Unix sockets have in common.
///
/// One read and one write may be in flight at a time, and the stream must neither be moved nor
/// destroyed meanwhile. Every error names the peer. One loop.
class socket_stream {
 public:
  class read_operation;

  /// Takes over a connected, non-blocking socket; `peer` is what errors call the other side.
  socket_stream(file_descriptor socket, std::string peer)
      : socket_(std::move(socket)), peer_(std::move(peer)) {}

  /// Suspends until there is something to read; gives how many bytes, 0 at the end of the stream.
  ///
  /// `into` stays valid until then, and is not empty. Cancelled, it throws and has read nothing.
  read_operation read_some(std::span<std::byte> into) noexcept;

  /// Writes all of `data`, which stays valid until then. A write that fails or is cancelled may
  /// have sent a part of it: the stream is then fit for closing only.
  task<> write_all(std::span<const std::byte> data);
  task<> write_all(std::string_view text);

  /// Tells the peer that nothing more comes; reading goes on.
  void shutdown_write();
  /// Closes both directions. Nothing may be in flight.
  void close() noexcept { socket_.close(); }

  int descriptor() const noexcept { return socket_.get(); }
  const std::string& peer() const noexcept { return peer_; }

 private:
  file_descriptor socket_;
  std::string peer_;
  bool drained_ = false;  // The last read took all that was there.
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
    WEIR_ASSERT(!into.empty());
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

inline socket_stream::read_operation socket_stream::read_some(std::span<std::byte> into) noexcept {
  return {*this, into};
}

}  // namespace weir
