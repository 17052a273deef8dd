// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/uio.h>

#include <array>
#include <asio/associated_allocator.hpp>
#include <asio/associated_cancellation_slot.hpp>
#include <asio/associated_executor.hpp>
#include <asio/buffer.hpp>
#include <asio/dispatch.hpp>
#include <asio/error.hpp>
#include <asio/executor_work_guard.hpp>
#include <memory>
#include <span>

#include "weir/asio/executor.hpp"

namespace weir::detail {

/// How many buffers of a sequence one operation takes; the caller repeats it for what is left.
inline constexpr std::size_t asio_buffers_max = 16;

/// A read or write of an asio_stream's in flight, without the type of its handler.
class asio_operation : public list_hook {
 public:
  /// Asks for an early end.
  void cancel() noexcept { stop_.request_stop(); }
  stop_context& stop() noexcept { return stop_; }
  /// The memory to read into or write from; no part is empty.
  std::span<iovec> parts() const noexcept { return parts_; }

  /// Calls the handler, on its executor. The operation is gone then.
  virtual void complete(asio::error_code code, std::size_t size) noexcept = 0;
  /// Destroys the handler, and the operation.
  virtual void drop() noexcept = 0;

 protected:
  explicit asio_operation(asio_context& context) noexcept : stop_(&context.stop_of_all()) {}
  ~asio_operation() = default;

  std::span<iovec> parts_;

 private:
  stop_context stop_;
};

/// What an operation's cancellation slot calls.
class asio_cancel {
 public:
  explicit asio_cancel(asio_operation& operation) noexcept : operation_(&operation) {}
  /// All types are the same to one read or write: it has done something, or it has not.
  void operator()(asio::cancellation_type_t type) const noexcept {
    if (type != asio::cancellation_type::none) operation_->cancel();
  }

 private:
  asio_operation* operation_;
};

/// An executor, and that it is going to be used.
template <class Executor>
class asio_hold {
 public:
  explicit asio_hold(const Executor& held)
      : executor_(asio::prefer(held, asio::execution::outstanding_work.tracked)) {}
  const auto& executor() const noexcept { return executor_; }

 private:
  using tracked = decltype(asio::prefer(std::declval<const Executor&>(),
                                        asio::execution::outstanding_work.tracked));

  std::decay_t<tracked> executor_;
};

/// One of the older kind, of the Networking TS.
template <class Executor>
  requires(!asio::execution::is_executor<Executor>::value)
class asio_hold<Executor> {
 public:
  explicit asio_hold(const Executor& held) : work_(held) {}
  Executor executor() const noexcept { return work_.get_executor(); }

 private:
  asio::executor_work_guard<Executor> work_;
};

/// The usual one. No service has anything to do with the operation, so none is looked after.
template <>
class asio_hold<asio_executor> {
 public:
  explicit asio_hold(const asio_executor& held) noexcept
      : executor_(held), work_(held.loop_context()) {}
  const asio_executor& executor() const noexcept { return executor_; }

 private:
  asio_executor executor_;
  asio_work work_;
};

/// A handler with its arguments, as a function for its executor.
template <class Handler>
struct asio_completion {
  using allocator_type = asio::associated_allocator_t<Handler>;

  allocator_type get_allocator() const noexcept { return asio::get_associated_allocator(handler); }
  void operator()() { std::move(handler)(code, size); }

  Handler handler;
  asio::error_code code;
  std::size_t size;
};

/// An operation with its handler, in memory of the handler's allocator.
template <class Handler, std::size_t BuffersMax>
class asio_handled_operation final : public asio_operation {
 public:
  using allocator = typename std::allocator_traits<
      asio::associated_allocator_t<Handler>>::template rebind_alloc<asio_handled_operation>;

  template <class Buffers>
  static asio_operation& make(asio_context& context, const asio_executor& io_executor,
                              Handler& handler, const Buffers& buffers) {
    allocator memory(asio::get_associated_allocator(handler));
    asio_handled_operation* place = std::allocator_traits<allocator>::allocate(memory, 1);
    try {
      return *new (place) asio_handled_operation(context, io_executor, handler, buffers);
    } catch (...) {
      std::allocator_traits<allocator>::deallocate(memory, place, 1);
      throw;
    }
  }

  void complete(asio::error_code code, std::size_t size) noexcept override {
    const auto hold = std::move(hold_);
    // The memory is given back first, so that the handler's next operation can have it.
    asio_completion<Handler> completion{take_handler(), code, size};
    asio::dispatch(hold.executor(), std::move(completion));
  }

  void drop() noexcept override { [[maybe_unused]] const Handler dropped = take_handler(); }

 private:
  using executor = asio::associated_executor_t<Handler, asio_executor>;

  template <class Buffers>
  asio_handled_operation(asio_context& context, const asio_executor& io_executor, Handler& handler,
                         const Buffers& buffers)
      : asio_operation(context),
        hold_(asio::get_associated_executor(handler, io_executor)),
        handler_(std::move(handler)) {
    std::size_t count = 0;
    for (auto at = asio::buffer_sequence_begin(buffers); at != asio::buffer_sequence_end(buffers);
         ++at) {
      if (count == BuffersMax) break;
      using buffer = std::conditional_t<asio::is_mutable_buffer_sequence<Buffers>::value,
                                        asio::mutable_buffer, asio::const_buffer>;
      const buffer part(*at);
      // The kernel only reads what is written; an iovec has one kind of pointer.
      if (part.size() > 0) memory_[count++] = {const_cast<void*>(part.data()), part.size()};
    }
    parts_ = std::span(memory_.data(), count);
    auto slot = asio::get_associated_cancellation_slot(handler_);
    if (slot.is_connected()) slot.template emplace<asio_cancel>(*this);
  }

  /// Destroys the operation and gives its memory back; only the handler is left.
  Handler take_handler() noexcept {
    auto slot = asio::get_associated_cancellation_slot(handler_);
    if (slot.is_connected()) slot.clear();
    Handler handler(std::move(handler_));
    allocator memory(asio::get_associated_allocator(handler));
    std::destroy_at(this);
    std::allocator_traits<allocator>::deallocate(memory, this, 1);
    return handler;
  }

  asio_hold<executor> hold_;
  Handler handler_;
  std::array<iovec, BuffersMax> memory_;
};

}  // namespace weir::detail
