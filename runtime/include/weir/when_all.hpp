// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tuple>
#include <vector>

#include "weir/detail/current_stop.hpp"
#include "weir/detail/task_group.hpp"
#include "weir/loop.hpp"

namespace weir {
namespace detail {

/// A group of tasks whose frames their task objects keep.
class borrowed_group : public task_group {
 public:
  using task_group::task_group;
  virtual ~borrowed_group() = default;

  template <class T>
  void start(task<T>& work, std::source_location where) noexcept {
    task_group::start(work.handle().promise(), work.handle(), where);
  }
  /// Suspends until all have ended; throws nothing. A stop around the group reaches the tasks by
  /// its context, and what was done all the same is not lost.
  [[nodiscard]] group_join ended() noexcept { return group_join(*this, false); }

 private:
  void child_ended(promise_base&, std::coroutine_handle<>) noexcept override {}
};

/// What a task gives to a tuple: its value, or monostate for none.
template <class T>
auto take_value(task<T>& done) {
  if constexpr (std::is_void_v<T>) {
    return std::monostate{};
  } else {
    return done.handle().promise().take();
  }
}

/// A child may end as cancelled on its own account; then there is no value to give.
template <class T>
void check_not_cancelled(const task<T>& done) {
  if (done.handle().promise().failure()) std::rethrow_exception(done.handle().promise().failure());
}

template <class T>
using tuple_value = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

}  // namespace detail

/// Runs the tasks at the same time and gives all their values, in order.
///
/// The first failure stops the others; it is thrown when all have ended. Cancelled from outside, it
/// throws unless all were done after all. `void` counts as monostate.
template <class... T>
task<std::tuple<detail::tuple_value<T>...>> when_all(task<T>... work) {
  detail::borrowed_group group(co_await detail::current_stop{});
  [[maybe_unused]] const auto where = std::source_location::current();
  (group.start(work, where), ...);
  co_await group.ended();
  if (group.first_failure()) std::rethrow_exception(group.first_failure());
  (detail::check_not_cancelled(work), ...);
  co_return std::tuple<detail::tuple_value<T>...>(detail::take_value(work)...);
}

/// The same for any number of tasks of one type.
template <class T>
task<std::vector<detail::tuple_value<T>>> when_all(std::vector<task<T>> work) {
  detail::borrowed_group group(co_await detail::current_stop{});
  const auto where = std::source_location::current();
  for (auto& one : work) group.start(one, where);
  co_await group.ended();
  if (group.first_failure()) std::rethrow_exception(group.first_failure());
  std::vector<detail::tuple_value<T>> values;
  values.reserve(work.size());
  for (auto& one : work) {
    detail::check_not_cancelled(one);
    values.push_back(detail::take_value(one));
  }
  co_return values;
}

}  // namespace weir
