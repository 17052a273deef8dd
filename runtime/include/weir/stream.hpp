// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <type_traits>

#include "weir/detail/coroutine_parameters.hpp"
#include "weir/detail/promise.hpp"
#include "weir/detail/with_result.hpp"
#include "weir/result.hpp"

namespace weir {

template <class T>
class stream;

/// What the body of a stream gives in place of a value when it cannot give one now, but may later:
/// `co_yield failed(error)`.
///
/// next() throws it, and the body stands still as after a value: it can be asked again. An
/// exception that leaves the body ends the stream instead.
class failed {
 public:
  explicit failed(std::exception_ptr failure) noexcept : failure_(std::move(failure)) {}
  explicit failed(error failure) : failure_(std::make_exception_ptr(std::move(failure))) {}

  const std::exception_ptr& failure() const noexcept { return failure_; }

 private:
  std::exception_ptr failure_;
};

namespace detail {

/// What a stream gave when it was asked: a value, a failure, or nothing more.
template <class T>
struct pulled {
  std::optional<T> value;
  std::exception_ptr failure;

  /// False at the end of the stream.
  explicit operator bool() const noexcept { return value.has_value() || failure != nullptr; }
};

template <class T>
class stream_promise final : public promise_base {
 public:
  stream<T> get_return_object() noexcept;

  pause_awaiter yield_value(T value) {
    value_.emplace(std::move(value));
    return {};
  }
  pause_awaiter yield_value(failed instead) noexcept {
    failure_ = instead.failure();
    return {};
  }
  void return_void() noexcept {}
  void unhandled_exception() noexcept { failure_ = std::current_exception(); }

  /// What came of the last run. A failure is given once.
  pulled<T> take() noexcept(std::is_nothrow_move_constructible_v<T>) {
    return {std::exchange(value_, std::nullopt), std::exchange(failure_, nullptr)};
  }

 private:
  std::optional<T> value_;
};

}  // namespace detail

/// Values that a coroutine makes one at a time, each when it is asked for: `co_yield` in the body,
/// `co_await s.next()` outside.
///
/// Nothing runs before the first next(), and nothing runs ahead: after a `co_yield` the body stands
/// still until the next next(). So the consumer sets the pace, through any number of operators (see
/// weir/stream_operators.hpp).
///
/// The body has the cancellation and the deadline of whoever calls next(). A next() that is
/// cancelled cancels what the body awaits; a body that lets that error pass has ended. The streams
/// that weir makes, and its operators, pass it on with `co_yield failed(...)`: a next() that was
/// cancelled has lost nothing, and the next one goes on from there.
///
/// A stream owns its frame. It may be destroyed before its start, between two values and after its
/// end; while a next() is in flight it must not be (an assertion fails).
///
///     weir::stream<int> count_up() { for (int value = 0;; ++value) co_yield value; }
///     while (auto value = co_await numbers.next()) use(*value);
template <class T>
class [[nodiscard]] stream {
 public:
  using promise_type = detail::stream_promise<T>;
  using value_type = T;
  class next_operation;

  stream(stream&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
  stream& operator=(stream&& other) noexcept {
    if (this != &other) {
      destroy();
      frame_ = std::exchange(other.frame_, nullptr);
    }
    return *this;
  }
  ~stream() { destroy(); }

  /// Suspends until the body gives a value, or ends: nullopt then, and for ever after. Throws what
  /// the body throws, once, or gives as `failed`. One at a time.
  next_operation next() noexcept { return next_operation(frame_); }

 private:
  friend promise_type;
  using handle_type = std::coroutine_handle<promise_type>;

  explicit stream(handle_type frame) noexcept : frame_(frame) {}

  void destroy() noexcept {
    if (!frame_) return;
    const promise_type& promise = frame_.promise();
    WEIR_ASSERT(!promise.started() || promise.paused() || promise.done());
    frame_.destroy();
    frame_ = nullptr;
  }

  handle_type frame_;
};

/// The wait of stream::next().
template <class T>
class [[nodiscard]] stream<T>::next_operation {
 public:
  explicit next_operation(handle_type frame) noexcept : frame_(frame) {}

  auto as_result() && { return detail::with_result<next_operation>(std::move(*this)); }

  bool await_ready() const noexcept {
    WEIR_ASSERT(frame_);
    return frame_.promise().done();
  }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> waiting) {
    promise_type& body = frame_.promise();
    WEIR_ASSERT(!body.started() || body.paused());
    body.set_stop(waiting.promise().stop());
    return body.run_for(frame_, waiting);
  }
  std::optional<T> await_resume() {
    detail::pulled<T> given = take();
    if (given.failure) std::rethrow_exception(std::move(given.failure));
    return std::move(given.value);
  }

  /// The outcome of the completed wait.
  result<std::optional<T>> finish() {
    detail::pulled<T> given = take();
    if (given.failure) return to_error(given.failure);
    return std::move(given.value);
  }

  /// The same, with the exception itself.
  detail::pulled<T> take() {
    frame_.promise().leave_parent();
    return frame_.promise().take();
  }

 private:
  handle_type frame_;
};

namespace detail {

/// The wait for what a stream gives next, for an operator that passes failures on; never throws.
///
///     while (pulled<T> next = co_await pull(source)) ...
template <class T>
class [[nodiscard]] pull final : public stream<T>::next_operation {
 public:
  explicit pull(stream<T>& source) noexcept : stream<T>::next_operation(source.next()) {}
  pulled<T> await_resume() { return this->take(); }
};

template <class T>
stream<T> stream_promise<T>::get_return_object() noexcept {
  return stream<T>(std::coroutine_handle<stream_promise>::from_promise(*this));
}

}  // namespace detail
}  // namespace weir

template <class T, class... Parameters>
struct std::coroutine_traits<weir::stream<T>, Parameters...>
    : weir::detail::with_kept_parameters<weir::detail::stream_promise<T>, Parameters...> {};
