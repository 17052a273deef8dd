// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "weir/detail/ambient.hpp"
#include "weir/task.hpp"

namespace weir {

/// Shares a task_context; empty when made without one. One loop.
class task_context_ptr {
 public:
  task_context_ptr() noexcept = default;
  explicit task_context_ptr(const task_context* shared) noexcept : shared_(shared) {
    if (shared_ != nullptr) shared_->retain();
  }
  task_context_ptr(const task_context_ptr& other) noexcept : task_context_ptr(other.shared_) {}
  task_context_ptr(task_context_ptr&& other) noexcept
      : shared_(std::exchange(other.shared_, nullptr)) {}
  task_context_ptr& operator=(task_context_ptr other) noexcept {
    std::swap(shared_, other.shared_);
    return *this;
  }
  ~task_context_ptr() {
    if (shared_ != nullptr) shared_->release();
  }

  const task_context* get() const noexcept { return shared_; }
  explicit operator bool() const noexcept { return shared_ != nullptr; }

 private:
  const task_context* shared_ = nullptr;
};

/// The context of the running task; null when it has none, and outside tasks (in a closure that was
/// posted, in another thread). Valid until that task suspends; retain() it for longer.
inline const task_context* current_task_context() noexcept { return detail::ambient_context; }

/// Runs `work` with `context` in place of the one around; with an empty one it runs with none.
///
/// All that `work` awaits has it, and so has what is spawned from within, which keeps it alive. Of
/// a stream that is awaited from within each value is made with it.
template <class T>
task<T> with_context(task_context_ptr context, task<T> work) {
  work.handle().promise().set_context(context.get());
  co_return co_await std::move(work);
}

}  // namespace weir
