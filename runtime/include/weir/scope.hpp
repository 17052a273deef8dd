// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <source_location>

#include "weir/detail/current_stop.hpp"
#include "weir/detail/task_group.hpp"
#include "weir/loop.hpp"

namespace weir {

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
