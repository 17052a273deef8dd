// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <asio/cancellation_signal.hpp>

#include "weir/asio/detail/outcome.hpp"
#include "weir/asio/executor.hpp"
#include "weir/detail/with_result.hpp"

namespace weir::detail {

/// A task that waits for an Asio operation, without the operation's type.
template <class Outcome>
class asio_waiter : public suspension {
 public:
  using value = typename Outcome::value;

  value await_resume() {
    if (initiation_failure_) std::rethrow_exception(initiation_failure_);
    if (outcome_.exception()) std::rethrow_exception(outcome_.exception());
    return finish().value();
  }

  /// The outcome of the completed wait.
  result<value> finish() {
    if (initiation_failure_) return to_error(initiation_failure_);
    if (outcome_.is_set()) return outcome_.take();
    if (!given_up_ || stop_came_) return error::cancelled();
    return error(errc::closed, disposition::retry,
                 "an Asio operation was given up before it completed: the context that ran it has "
                 "ended; keep it as long as its operations");
  }

  template <class... Values>
  void complete(Values&&... values) {
    WEIR_ASSERT(loop::current_or_null() == &home());
    outcome_.set(std::forward<Values>(values)...);
    wake();
  }
  void give_up() noexcept {
    given_up_ = true;
    wake();
  }
  asio::cancellation_slot slot() noexcept { return signal_->slot(); }

 protected:
  asio_waiter() = default;
  asio_waiter(asio_waiter&& other) noexcept : suspension(std::move(other)) {}
  ~asio_waiter() = default;

  /// Calls `initiate()`, which hands out the handler. The task is parked.
  template <class Initiate>
  void begin(Initiate initiate) {
    try {
      initiate();
    } catch (...) {
      initiation_failure_ = std::current_exception();
      if (is_parked()) wake();
    }
    // A stop from within the initiation may have come before the operation listened.
    if (stop_came_ && is_parked()) on_stop();
  }

  std::optional<asio::cancellation_signal> signal_;  // Cannot be moved, so it is made late.

 private:
  void on_stop() noexcept override {
    stop_came_ = true;
    signal_->emit(asio::cancellation_type::all);
  }

  Outcome outcome_;
  std::exception_ptr initiation_failure_;
  bool given_up_ = false;
  bool stop_came_ = false;
};

/// The completion handler behind use_weir: wakes the task on its loop, once, whatever happens.
template <class Outcome>
class asio_wait_handler {
 public:
  using executor_type = asio_executor;
  using cancellation_slot_type = asio::cancellation_slot;

  explicit asio_wait_handler(asio_waiter<Outcome>& waiter)
      : waiter_(&waiter), slot_(waiter.slot()) {}
  asio_wait_handler(asio_wait_handler&& other) noexcept
      : waiter_(std::exchange(other.waiter_, nullptr)),
        executor_(other.executor_),
        slot_(other.slot_) {}
  asio_wait_handler& operator=(asio_wait_handler&&) = delete;
  ~asio_wait_handler() {
    if (waiter_ == nullptr) return;
    // Another thread may do this; the loop goes on at least until the task is told.
    executor_.loop_context().tell([waiter = waiter_] { waiter->give_up(); });
  }

  executor_type get_executor() const noexcept { return executor_; }
  cancellation_slot_type get_cancellation_slot() const noexcept { return slot_; }

  template <class... Values>
  void operator()(Values&&... values) {
    std::exchange(waiter_, nullptr)->complete(std::forward<Values>(values)...);
  }

 private:
  asio_waiter<Outcome>* waiter_;
  asio_executor executor_;
  asio::cancellation_slot slot_;
};

/// The wait for an Asio operation, which is initiated when it is awaited.
template <class Outcome, class Initiation, class... Arguments>
class [[nodiscard]] asio_wait final : public asio_waiter<Outcome> {
 public:
  template <class From, class... ArgumentsFrom>
  explicit asio_wait(From&& initiation, ArgumentsFrom&&... arguments)
    requires(sizeof...(Arguments) == sizeof...(ArgumentsFrom) &&
             !std::is_same_v<std::remove_cvref_t<From>, asio_wait>)
      : initiation_(std::forward<From>(initiation)),
        arguments_(std::forward<ArgumentsFrom>(arguments)...) {}
  asio_wait(asio_wait&&) = default;

  auto as_result() && { return with_result<asio_wait>(std::move(*this)); }

  bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> waiting) {
    if (!this->park(waiting)) return false;
    this->signal_.emplace();
    this->begin([this] {
      std::apply(
          [this](Arguments&... arguments) {
            asio_wait_handler<Outcome> handler(*this);
            std::move(initiation_)(std::move(handler), std::move(arguments)...);
          },
          arguments_);
    });
    return true;
  }

 private:
  Initiation initiation_;
  std::tuple<Arguments...> arguments_;
};

}  // namespace weir::detail
