// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "weir/detail/coroutine_parameters.hpp"
#include "weir/detail/promise.hpp"
#include "weir/result.hpp"

namespace weir {

template <class T>
class task;

namespace detail {

template <class T>
class task_promise final : public promise_base {
 public:
  task<T> get_return_object() noexcept;

  template <class U = T>
    requires std::is_constructible_v<T, U&&>
  void return_value(U&& value) {
    value_.emplace(std::forward<U>(value));
  }
  void unhandled_exception() noexcept { failure_ = std::current_exception(); }

  T take() {
    if (failure_) std::rethrow_exception(std::move(failure_));
    return std::move(*value_);
  }
  result<T> take_result() {
    if (failure_) return to_error(failure_);
    return std::move(*value_);
  }

 private:
  std::optional<T> value_;
};

template <>
class task_promise<void> final : public promise_base {
 public:
  task<void> get_return_object() noexcept;

  void return_void() noexcept {}
  void unhandled_exception() noexcept { failure_ = std::current_exception(); }

  void take() {
    if (failure_) std::rethrow_exception(std::move(failure_));
  }
  result<void> take_result() {
    if (failure_) return to_error(failure_);
    return {};
  }
};

}  // namespace detail

/// A coroutine that runs when it is awaited, and then gives a T or throws.
///
/// Lazy: calling the function makes the frame, `co_await` starts it, on the loop of the awaiting
/// task, where it stays. A task is awaited once, or handed to a scope; one that is neither never
/// runs. It owns its frame, and so must not be destroyed between start and end: cancel it, then
/// await its end. Cancellation and deadline come from the task that awaits it.
///
/// What a parameter refers to must outlive the task; one that is a `T&&` does not compile. A lambda
/// that is a coroutine must not capture, since its captures die with the closure.
///
///     weir::task<int> twice(weir::task<int> inner) { co_return 2 * co_await std::move(inner); }
template <class T = void>
class [[nodiscard]] task {
 public:
  using promise_type = detail::task_promise<T>;
  using value_type = T;

  task() noexcept = default;
  task(task&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
  task& operator=(task&& other) noexcept {
    if (this != &other) {
      destroy();
      frame_ = std::exchange(other.frame_, nullptr);
    }
    return *this;
  }
  ~task() { destroy(); }

  /// True when there is a coroutine to await.
  explicit operator bool() const noexcept { return frame_ != nullptr; }

  /// Runs the task and gives its value, or throws its exception.
  auto operator co_await() && noexcept { return value_awaiter{{frame_}}; }
  /// Runs the task and gives its value or its error as a result; awaiting it never throws.
  auto as_result() && noexcept { return result_awaiter{{frame_}}; }

  /// The coroutine itself, for weir's own structures (scope, when_all).
  std::coroutine_handle<promise_type> handle() const noexcept { return frame_; }
  /// Gives the frame away; the receiver destroys it.
  std::coroutine_handle<promise_type> release() noexcept { return std::exchange(frame_, nullptr); }

 private:
  friend promise_type;
  using handle_type = std::coroutine_handle<promise_type>;

  struct awaiter {
    handle_type frame;

    bool await_ready() const noexcept {
      WEIR_ASSERT(frame && !frame.promise().started());
      return false;
    }
    template <class Promise>
    bool await_suspend(std::coroutine_handle<Promise> parent) {
      return frame.promise().start_for(frame, parent);
    }
  };
  struct value_awaiter : awaiter {
    T await_resume() {
      this->frame.promise().leave_parent();
      return this->frame.promise().take();
    }
  };
  struct result_awaiter : awaiter {
    result<T> await_resume() {
      this->frame.promise().leave_parent();
      return this->frame.promise().take_result();
    }
  };

  explicit task(handle_type frame) noexcept : frame_(frame) {}

  void destroy() noexcept {
    if (!frame_) return;
    // A started task may hold an operation that the kernel still writes into.
    WEIR_ASSERT(!frame_.promise().started() || frame_.promise().done());
    frame_.destroy();
    frame_ = nullptr;
  }

  handle_type frame_;
};

namespace detail {

template <class T>
task<T> task_promise<T>::get_return_object() noexcept {
  return task<T>(std::coroutine_handle<task_promise>::from_promise(*this));
}

inline task<void> task_promise<void>::get_return_object() noexcept {
  return task<void>(std::coroutine_handle<task_promise>::from_promise(*this));
}

}  // namespace detail
}  // namespace weir

template <class T, class... Parameters>
struct std::coroutine_traits<weir::task<T>, Parameters...>
    : weir::detail::with_kept_parameters<weir::detail::task_promise<T>, Parameters...> {};
