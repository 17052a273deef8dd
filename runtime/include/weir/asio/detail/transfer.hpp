// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/socket.h>

#include <algorithm>

#include "weir/asio/detail/operation.hpp"

namespace weir::detail {

/// A socket that its asio_stream shares with the operations in flight.
class asio_socket_base {
 public:
  /// Asks all that is in flight to end early.
  void cancel() noexcept {
    operations_.for_each([](asio_operation& operation) { operation.cancel(); });
  }
  void add(asio_operation& operation) noexcept { operations_.push_back(operation); }

 private:
  intrusive_list<asio_operation> operations_;
};

template <class Stream>
class asio_socket final : public asio_socket_base {
 public:
  explicit asio_socket(Stream taken) : stream(std::move(taken)) {}
  int descriptor() const noexcept { return stream.descriptor(); }

  Stream stream;
};

/// `co_await asio_stop{context}` puts the awaiting task under another stop context.
class asio_stop {
 public:
  explicit asio_stop(stop_context& context) noexcept : context_(&context) {}

  bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> waiting) const noexcept {
    waiting.promise().set_stop(context_);
    return false;
  }
  void await_resume() const noexcept {}

 private:
  stop_context* context_;
};

/// An operation of the driver: gives its result or a negative errno.
class asio_io final : public io_operation {
 public:
  using io_operation::io_operation;
};

/// Carries an operation out, and calls its handler. `socket` is kept open meanwhile.
inline task<> transfer(asio_context& context, [[maybe_unused]] asio_unfinished counted,
                       io_kind kind, std::shared_ptr<asio_socket_base> socket, int descriptor,
                       asio_operation& operation) {
  const std::span<iovec> parts = operation.parts();
  const asio_stop under_its_own(operation.stop());
  co_await under_its_own;
  int result = 0;
  msghdr message{};
  if (parts.size() == 1) {
    asio_io running({.kind = kind,
                     .descriptor = descriptor,
                     .data = parts[0].iov_base,
                     .size = std::min(parts[0].iov_len, transfer_bytes_max)});
    result = co_await running;
  } else if (parts.size() > 1) {
    message.msg_iov = parts.data();
    message.msg_iovlen = parts.size();
    asio_io running(
        {.kind = kind == io_kind::receive ? io_kind::receive_message : io_kind::send_message,
         .descriptor = descriptor,
         .data = &message});
    result = co_await running;
  }
  operation.unlink();
  socket.reset();
  if (context.stopping()) {
    operation.drop();
    co_return;
  }
  asio::error_code code;
  if (result < 0) code.assign(-result, asio::error::get_system_category());
  if (result == 0 && !parts.empty() && kind == io_kind::receive) code = asio::error::eof;
  operation.complete(code, result > 0 ? static_cast<std::size_t>(result) : 0);
  context.services().handler_ran();
}

/// Starts an operation with its handler; both run on later turns of the loop.
template <class Stream, class Handler, class Buffers>
void start_transfer(io_kind kind, const std::shared_ptr<asio_socket<Stream>>& socket,
                    const asio_executor& executor, Handler handler, const Buffers& buffers) {
  constexpr bool one_buffer = std::is_convertible_v<Buffers, asio::const_buffer>;
  using handled = asio_handled_operation<Handler, one_buffer ? 1 : asio_buffers_max>;
  asio_context& context = asio_context::of(loop::current());
  WEIR_ASSERT(executor == asio_executor());  // A stream is used on its own loop.
  asio_operation& operation = handled::make(context, executor, handler, buffers);
  const int descriptor = socket == nullptr ? -1 : socket->descriptor();
  try {
    context.spawn(transfer(context, asio_unfinished(context), kind, socket, descriptor, operation));
  } catch (...) {
    operation.drop();
    throw;
  }
  if (socket != nullptr) socket->add(operation);
}

}  // namespace weir::detail
