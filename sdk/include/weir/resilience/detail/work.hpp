// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <type_traits>
#include <utility>

#include "weir/detail/await_value.hpp"
#include "weir/task.hpp"
#include "weir/timeout.hpp"

namespace weir::detail {

/// Gives the awaitable of `work`, which is one, or a function without parameters that makes one.
template <class Work>
auto begin_work(Work& work) {
  if constexpr (std::is_invocable_v<Work&>) {
    return work();
  } else {
    return std::move(work);
  }
}

/// What `co_await` of the work's awaitable gives.
template <class Work>
using work_value = await_value<decltype(begin_work(std::declval<Work&>()))>;

/// Gives what `make()` gives as a task. The caller keeps `make` until that has ended.
template <class Make>
task<work_value<Make>> begin_task(Make& make) {
  if constexpr (std::is_same_v<std::invoke_result_t<Make&>, task<work_value<Make>>>) {
    return make();
  } else {
    return as_task(make());
  }
}

/// Keeps `work` until it has ended, so a lambda that is a coroutine may capture.
template <class Work>
task<work_value<Work>> run_work(Work work) {
  co_return co_await begin_work(work);
}

/// Runs `work` and tells `ended(const error*)`, which must not throw, what came of it (null: a
/// value) before it is passed on.
template <class Work, class Ended>
task<work_value<Work>> run_observed(Work work, Ended ended) {
  try {
    if constexpr (std::is_void_v<work_value<Work>>) {
      co_await begin_work(work);
      ended(nullptr);
    } else {
      work_value<Work> value = co_await begin_work(work);
      ended(nullptr);
      co_return std::move(value);
    }
  } catch (...) {
    const error why = to_error(std::current_exception());
    ended(&why);
    throw;
  }
}

}  // namespace weir::detail
