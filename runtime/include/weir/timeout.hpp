// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/detail/await_value.hpp"
#include "weir/detail/current_stop.hpp"
#include "weir/detail/timer.hpp"
#include "weir/loop.hpp"

namespace weir {
namespace detail {

/// A stop context that stops itself at a moment.
class deadline_context final : public stop_context, private timer {
 public:
  deadline_context(stop_context* parent, time_point when) : stop_context(parent, when) {
    if (when != time_point::max()) loop::current().timers().arm(*this, when);
  }
  ~deadline_context() { loop::current().timers().disarm(*this); }

  bool expired() const noexcept { return expired_; }

 private:
  void on_timer() noexcept override {
    if (stop_requested()) return;  // Cancelled from outside before its time.
    expired_ = true;
    request_stop();
  }

  bool expired_ = false;
};

inline time_point end_of(time_point when) noexcept { return when; }
inline time_point end_of(duration limit) noexcept {
  return saturating_add(loop::current().now(), limit);
}

/// `Limit` is a time_point, or a duration from when the task begins.
template <class Limit, class T>
task<T> run_limited(Limit limit, task<T> work) {
  deadline_context context(co_await current_stop{}, end_of(limit));
  work.handle().promise().set_stop(&context);
  try {
    co_return co_await std::move(work);
  } catch (const error& failure) {
    if (!failure.is_cancelled() || !context.expired()) throw;
  }
  throw error(errc::deadline_exceeded, disposition::retry,
              "the deadline passed before the operation was done");
}

}  // namespace detail

/// Wraps any awaitable as a task, for what takes tasks.
template <class Awaitable>
task<detail::await_value<Awaitable>> as_task(Awaitable awaited) {
  co_return co_await std::move(awaited);
}

/// Runs `work` until `when` at the latest.
///
/// At the deadline the work is cancelled and its end awaited; then this throws `deadline_exceeded`
/// (retry), unless the work was done after all. All that the work awaits knows the deadline.
template <class T>
task<T> with_deadline(time_point when, task<T> work) {
  return detail::run_limited(when, std::move(work));
}

/// Runs `work` for at most `limit`, counted from when this is awaited; see with_deadline().
template <class T>
task<T> with_timeout(duration limit, task<T> work) {
  return detail::run_limited(limit, std::move(work));
}

template <class Awaitable>
auto with_timeout(duration limit, Awaitable awaited) {
  return with_timeout(limit, as_task(std::move(awaited)));
}

/// Runs `work` to its end whatever is asked to stop around it: for clean-up after a cancellation.
template <class T>
task<T> shield(task<T> work) {
  detail::stop_context never_stopped;
  work.handle().promise().set_stop(&never_stopped);
  co_return co_await std::move(work);
}

}  // namespace weir
