// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/asio/detail/transfer.hpp"

namespace weir {

/// A weir socket as an AsyncReadStream and AsyncWriteStream of Asio's, for all that is made of
/// those: `asio::async_read_until`, `asio::ssl::stream`, HTTP and database libraries.
///
/// The operations go through the loop's own driver, without Asio's reactor. Reading the end of the
/// stream gives `asio::error::eof`. An operation is cancelled through its cancellation slot, with
/// all of the stream's by cancel() or close(), and by the end of the stream object; its handler is
/// given `asio::error::operation_aborted` then, unless the operation had been quicker. The
/// descriptor is closed as soon as nothing is in flight. Moving a stream touches no operation.
/// Belongs to the loop it is made on, and is used on that loop's thread.
///
///     weir::asio_stream stream(co_await weir::tcp_stream::connect("localhost", 7));
///     asio::ssl::stream<weir::asio_stream<weir::tcp_stream>> secure(std::move(stream), settings);
///     co_await secure.async_handshake(asio::ssl::stream_base::client, weir::use_weir);
template <class Stream>
class asio_stream {
 public:
  using executor_type = asio_executor;
  using next_layer_type = Stream;
  using lowest_layer_type = asio_stream;

  /// Takes over a connected tcp_stream or unix_stream.
  explicit asio_stream(Stream stream)
      : socket_(std::make_shared<detail::asio_socket<Stream>>(std::move(stream))) {}
  asio_stream(asio_stream&&) noexcept = default;
  asio_stream& operator=(asio_stream&& other) noexcept {
    close();
    socket_ = std::move(other.socket_);
    executor_ = other.executor_;
    return *this;
  }
  ~asio_stream() { close(); }

  executor_type get_executor() const noexcept { return executor_; }
  lowest_layer_type& lowest_layer() noexcept { return *this; }
  const lowest_layer_type& lowest_layer() const noexcept { return *this; }

  /// The weir socket; the stream is open. Nothing may be read from it or written to it meanwhile.
  Stream& next_layer() noexcept {
    WEIR_ASSERT(is_open());
    return socket_->stream;
  }

  bool is_open() const noexcept { return socket_ != nullptr; }
  /// Cancels what is in flight.
  void cancel() noexcept {
    if (is_open()) socket_->cancel();
  }
  /// Cancels what is in flight, and closes the descriptor after that.
  void close() noexcept {
    cancel();
    socket_.reset();
  }

  /// Reads what is there into the first buffers, at most 16: `void(error_code, std::size_t)`.
  template <class MutableBuffers, class Token>
  auto async_read_some(const MutableBuffers& buffers, Token&& token) {
    return asio::async_initiate<Token, void(asio::error_code, std::size_t)>(
        initiation<io_kind::receive>{this}, token, buffers);
  }

  /// Writes a part of the first buffers, at most 16: `void(error_code, std::size_t)`.
  template <class ConstBuffers, class Token>
  auto async_write_some(const ConstBuffers& buffers, Token&& token) {
    return asio::async_initiate<Token, void(asio::error_code, std::size_t)>(
        initiation<io_kind::send>{this}, token, buffers);
  }

 private:
  template <io_kind Kind>
  struct initiation {
    using executor_type = asio_executor;
    executor_type get_executor() const noexcept { return self->get_executor(); }

    template <class Handler, class Buffers>
    void operator()(Handler&& handler, const Buffers& buffers) const {
      detail::start_transfer(Kind, self->socket_, self->executor_, std::forward<Handler>(handler),
                             buffers);
    }

    asio_stream* self;
  };

  asio_executor executor_;
  std::shared_ptr<detail::asio_socket<Stream>> socket_;
};

}  // namespace weir
