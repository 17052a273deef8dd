// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace weir {

class task_context;

namespace detail {

/// The context of the task that runs now on this thread; null: none, or no task runs.
///
/// Written where tasks change hands: when a loop resumes one, and on both sides of a task that has
/// a context of its own.
inline constinit thread_local const task_context* ambient_context = nullptr;

}  // namespace detail

/// What follows a task through all that it awaits and spawns, for who looks from within: a log line
/// that names the message it is about, a span that knows its parent.
///
/// Derive from it, and hand it to with_context(). One that is made within a task stands below that
/// task's. It is counted, and lives for as long as a task, or one below it, has it. One loop.
class task_context {
 public:
  task_context() noexcept : parent_(detail::ambient_context) {
    if (parent_ != nullptr) parent_->retain();
  }
  task_context(const task_context&) = delete;
  task_context& operator=(const task_context&) = delete;

  /// What was around where it was made; null: nothing.
  const task_context* parent() const noexcept { return parent_; }

  void retain() const noexcept { ++owners_; }
  void release() const noexcept {
    if (--owners_ == 0) delete this;
  }

 protected:
  virtual ~task_context() {
    if (parent_ != nullptr) parent_->release();
  }

 private:
  const task_context* const parent_;
  mutable std::uint32_t owners_ = 0;
};

}  // namespace weir
