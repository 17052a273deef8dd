// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <asio/execution.hpp>
#include <asio/execution_context.hpp>

#include "weir/asio/detail/context.hpp"

namespace weir {

/// A loop as an executor of Asio's: what is posted, dispatched or completed through it runs on the
/// loop's thread, in the order it came.
///
/// Made on the loop's thread; used and copied on any, while the loop lives. `asio::post` puts a
/// function at the end of the loop's queue; `asio::dispatch` calls it at once when it is made on
/// the loop's thread. A function or handler that throws ends the program. At the end of the loop,
/// functions and handlers that have not been called are destroyed instead.
///
/// Timers, sockets and whatever else Asio offers can be made on it. They are served by Asio, not by
/// the loop's ring: when the first of their operations has to wait, one thread per loop is started
/// for them, the lane, and stays until the loop ends (2 ms may pass before it starts). Their
/// handlers run on the loop as all others do. asio_stream needs no such thread, neither does
/// `asio::ssl::stream` over it.
///
///     asio::steady_timer timer(weir::asio_executor{}, 10ms);
///     co_await timer.async_wait(weir::use_weir);
class asio_executor {
 public:
  /// That of the calling thread's loop.
  asio_executor() : asio_executor(loop::current()) {}
  explicit asio_executor(loop& home) : asio_executor(detail::asio_context::of(home), 0) {}
  asio_executor(const asio_executor& other) noexcept
      : asio_executor(*other.context_, other.properties_) {}
  /// Moves the tracked work; the other one stays, without.
  asio_executor(asio_executor&& other) noexcept
      : context_(other.context_), properties_(other.properties_) {
    other.properties_ &= ~unsigned{tracked};
  }
  asio_executor& operator=(asio_executor other) noexcept {
    std::swap(context_, other.context_);
    std::swap(properties_, other.properties_);
    return *this;
  }
  ~asio_executor() {
    if (has(tracked)) context_->work_ends();
  }

  /// True for executors of the same loop with the same properties.
  friend bool operator==(const asio_executor&, const asio_executor&) noexcept = default;

  template <class F>
  void execute(F&& function) const {
    context_->execute(std::decay_t<F>(std::forward<F>(function)), !has(never_inline));
  }

  asio::execution_context& query(asio::execution::context_t) const noexcept {
    return context_->services().context();
  }

  asio::execution::blocking_t query(asio::execution::blocking_t) const noexcept {
    if (has(never_inline)) return asio::execution::blocking.never;
    return asio::execution::blocking.possibly;
  }
  asio_executor require(asio::execution::blocking_t::possibly_t) const noexcept {
    return without(never_inline);
  }
  asio_executor require(asio::execution::blocking_t::never_t) const noexcept {
    return with(never_inline);
  }

  /// Both relationships are the same here: the loop has one queue.
  asio::execution::relationship_t query(asio::execution::relationship_t) const noexcept {
    if (has(continuation)) return asio::execution::relationship.continuation;
    return asio::execution::relationship.fork;
  }
  asio_executor require(asio::execution::relationship_t::fork_t) const noexcept {
    return without(continuation);
  }
  asio_executor require(asio::execution::relationship_t::continuation_t) const noexcept {
    return with(continuation);
  }

  /// Executors with tracked work keep wait_for_asio() waiting.
  asio::execution::outstanding_work_t query(asio::execution::outstanding_work_t) const noexcept {
    if (has(tracked)) return asio::execution::outstanding_work.tracked;
    return asio::execution::outstanding_work.untracked;
  }
  asio_executor require(asio::execution::outstanding_work_t::untracked_t) const noexcept {
    return without(tracked);
  }
  asio_executor require(asio::execution::outstanding_work_t::tracked_t) const noexcept {
    context_->services().operation_begins();  // Each operation of a timer or socket passes here.
    return with(tracked);
  }

  /// For weir's own operations.
  detail::asio_context& loop_context() const noexcept { return *context_; }

 private:
  enum property : unsigned { never_inline = 1, continuation = 2, tracked = 4 };

  asio_executor(detail::asio_context& context, unsigned properties) noexcept
      : context_(&context), properties_(properties) {
    if (has(tracked)) context.work_begins();
  }

  bool has(property asked) const noexcept { return (properties_ & asked) != 0; }
  asio_executor with(property added) const noexcept { return {*context_, properties_ | added}; }
  asio_executor without(property removed) const noexcept {
    return {*context_, properties_ & ~unsigned{removed}};
  }

  detail::asio_context* context_;
  unsigned properties_;
};

/// Suspends until nothing of Asio's is left on this loop: no function, no operation of a stream, no
/// executor with tracked work (a work guard, an operation of a timer or socket).
///
/// For programs whose work is in handlers: a loop runs until its main task ends, and does not wait
/// for them. Cancelled, it throws; the work goes on.
inline task<> wait_for_asio() {
  return detail::asio_context::wait_until_done(detail::asio_context::of(loop::current()));
}

}  // namespace weir
