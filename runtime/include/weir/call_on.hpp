// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <source_location>
#include <type_traits>

#include "weir/detail/remote_call.hpp"
#include "weir/detail/with_result.hpp"

namespace weir {
namespace detail {

template <class F>
concept gives_task = requires { typename std::invoke_result_t<F&>::promise_type; };

}  // namespace detail

/// The wait of call_on().
template <class F>
class [[nodiscard]] call_operation final : public detail::remote_call {
  using work = std::invoke_result_t<F&>;

 public:
  using value = typename work::value_type;

  call_operation(loop& target, F function, std::source_location where)
      : remote_call(target, where), function_(std::move(function)) {}

  auto as_result() && { return detail::with_result<call_operation>(std::move(*this)); }

  value await_resume() {
    if (!has_ended()) throw error::cancelled();
    if (failure_) std::rethrow_exception(failure_);
    if constexpr (!std::is_void_v<value>) return std::move(*value_);
  }

  /// The outcome of the completed wait.
  result<value> finish() {
    if (!has_ended()) return error::cancelled();
    if (failure_) return to_error(failure_);
    if constexpr (std::is_void_v<value>) {
      return {};
    } else {
      return std::move(*value_);
    }
  }

 private:
  detail::promise_base* make(std::coroutine_handle<>& frame) noexcept override {
    try {
      running_ = function_();
    } catch (...) {
      failure_ = std::current_exception();
      return nullptr;
    }
    frame = running_.handle();
    return &running_.handle().promise();
  }
  void keep_outcome() noexcept override {
    try {
      if constexpr (std::is_void_v<value>) {
        running_.handle().promise().take();
      } else {
        value_.emplace(running_.handle().promise().take());
      }
    } catch (...) {
      failure_ = std::current_exception();
    }
    running_ = work();
  }

  F function_;
  work running_;  // On the target's thread alone: its frame comes from there and goes back there.
  std::optional<std::conditional_t<std::is_void_v<value>, std::monostate, value>> value_;
  std::exception_ptr failure_;
};

/// Calls `function`, which returns a task, on another loop, runs the task there, and gives its
/// value here, or throws its exception.
///
/// Cancellation of the caller stops the task there and awaits its end; what it gives all the same
/// is given here. The task knows the caller's deadline. `function` is called by the target's thread
/// and kept here until the task has ended, so it may be a coroutine that captures; what it refers
/// to, and what the task gives, is used by both threads, one after the other.
///
/// `target` must be alive when the call is made: a loop of the same runtime is (weir/runtime.hpp).
/// A loop's end waits for the calls that came to it. Costs two posts, each of which wakes a loop
/// that sleeps.
///
///     const auto found = co_await weir::call_on(shard, [&] { return find(key); });
template <class F>
auto call_on(loop& target, F function,
             std::source_location where = std::source_location::current()) {
  static_assert(detail::gives_task<F>,
                "call_on() takes a function without parameters that gives a task");
  if constexpr (detail::gives_task<F>) return call_operation<F>(target, std::move(function), where);
}

}  // namespace weir
