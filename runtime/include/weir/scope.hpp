// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <source_location>
#include <type_traits>

#include "weir/detail/current_stop.hpp"
#include "weir/detail/task_group.hpp"
#include "weir/loop.hpp"

namespace weir {
namespace detail {

/// Keeps `body` in a frame of its own for as long as the task that it gives runs.
template <class Body>
task<> run_kept(Body body) {
  co_await body();
}

template <class T>
inline constexpr bool never = false;

}  // namespace detail

/// The owner of tasks that run at the same time: no task outlives its scope.
///
/// The first child that fails stops the others, and its error is what join() and close() throw. A
/// scope made by with_scope() is stopped with the task around it; one made directly stands alone
/// and must be closed (`co_await scope.close()`) before it is destroyed. One loop.
class scope final : private detail::task_group {
 public:
  scope() = default;
  /// A scope below `parent`, for weir's own structures.
  explicit scope(detail::stop_context* parent) noexcept : detail::task_group(parent) {}

  /// Starts `work` on the loop's next turn; the scope owns it from here.
  void spawn(task<> work, std::source_location where = std::source_location::current()) {
    auto frame = work.release();
    start(frame.promise(), frame, where);
  }
  /// Starts the task that `body()` gives, and keeps `body` until that has ended: a lambda that is a
  /// coroutine may capture, by reference what outlives the scope.
  template <class Body>
    requires std::is_invocable_v<Body&>
  void spawn(Body body, std::source_location where = std::source_location::current()) {
    if constexpr (std::is_same_v<std::invoke_result_t<Body&>, task<>>) {
      spawn(detail::run_kept(std::move(body)), where);
    } else {
      static_assert(detail::never<Body>,
                    "spawn takes a task<>, or a function without parameters that gives one");
    }
  }
  template <class T>
    requires(!std::is_void_v<T>)
  void spawn(task<T>) {
    static_assert(detail::never<T>,
                  "spawn takes a task<>, since nobody would get the value: use when_all(), or let "
                  "the task keep its value somewhere");
  }

  /// How many children are alive.
  using detail::task_group::context;
  using detail::task_group::first_failure;
  using detail::task_group::size;
  /// Asks all children to stop; those spawned from now on are born stopped.
  using detail::task_group::request_stop;

  /// Suspends until no child is left; throws the first error. When the waiting task is cancelled,
  /// the children are stopped, awaited all the same, and then it throws.
  [[nodiscard]] detail::group_join join() noexcept { return detail::group_join(*this, true); }

  /// Stops the children and suspends until none is left, whatever happens around; throws nothing.
  [[nodiscard]] detail::group_join close() noexcept {
    request_stop();
    return detail::group_join(*this, false);
  }

 private:
  void child_ended(detail::promise_base&, std::coroutine_handle<> frame) noexcept override {
    frame.destroy();
  }
};

/// Runs `body(scope&)` with a scope of its own, and leaves no child behind.
///
/// When the body ends, by returning or by throwing, the children that are left are stopped and
/// awaited; a body that wants their work done says `co_await scope.join()` first. A failing child
/// stops the body too, and its error is thrown. `body` is kept until the end, so a lambda that
/// returns a task may capture by reference what outlives the call.
template <class Body>
auto with_scope(Body body) -> std::invoke_result_t<Body&, scope&> {
  using value_type = typename std::invoke_result_t<Body&, scope&>::value_type;
  scope children(co_await detail::current_stop{});
  auto running = body(children);
  running.handle().promise().set_stop(&children.context());
  std::exception_ptr failure;
  if constexpr (std::is_void_v<value_type>) {
    try {
      co_await std::move(running);
    } catch (...) {
      failure = std::current_exception();
    }
    co_await children.close();
    if (children.first_failure()) std::rethrow_exception(children.first_failure());
    if (failure) std::rethrow_exception(failure);
  } else {
    std::optional<value_type> value;
    try {
      value.emplace(co_await std::move(running));
    } catch (...) {
      failure = std::current_exception();
    }
    co_await children.close();
    if (children.first_failure()) std::rethrow_exception(children.first_failure());
    if (failure) std::rethrow_exception(failure);
    co_return std::move(*value);
  }
}

}  // namespace weir
