// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "weir/detail/suspension.hpp"
#include "weir/detail/with_result.hpp"

namespace weir::detail {

class group_join;

/// Tasks that run at the same time under one stop context: what scope, when_all and when_any share.
class task_group : public task_owner {
 public:
  task_group() = default;
  explicit task_group(stop_context* parent) noexcept : stop_(parent) {}

  void start(promise_base& promise, std::coroutine_handle<> frame,
             std::source_location where) noexcept;
  void request_stop() noexcept { stop_.request_stop(); }

  std::size_t size() const noexcept { return alive_; }
  stop_context& context() noexcept { return stop_; }
  /// The first error of a child that was not a mere cancellation.
  const std::exception_ptr& first_failure() const noexcept { return first_failure_; }

 protected:
  ~task_group() { WEIR_ASSERT(alive_ == 0); }

  /// A child has ended; the derived class keeps or destroys its frame.
  virtual void child_ended(promise_base& ended, std::coroutine_handle<> frame) noexcept = 0;

 private:
  friend class group_join;
  void task_done(promise_base& ended) noexcept final;

  stop_context stop_;
  std::size_t alive_ = 0;
  std::exception_ptr first_failure_;
  group_join* joining_ = nullptr;
};

/// The wait for the end of every child of a group; one at a time.
class [[nodiscard]] group_join final : public suspension {
 public:
  /// `cancellable`: the cancellation of the waiting task stops the group, and throws at the end.
  group_join(task_group& group, bool cancellable) noexcept
      : group_(&group), cancellable_(cancellable) {}

  auto as_result() && { return with_result<group_join>(std::move(*this)); }

  bool await_ready() const noexcept { return group_->alive_ == 0; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> waiting) noexcept {
    WEIR_ASSERT(group_->joining_ == nullptr);
    if (!cancellable_ || !park(waiting)) {
      if (cancellable_) on_stop();
      park_shielded(waiting);
    }
    group_->joining_ = this;
    return true;
  }
  void await_resume() const {
    if (!cancellable_) return;
    if (group_->first_failure_) std::rethrow_exception(group_->first_failure_);
    if (stopped_) throw error::cancelled();
  }

  /// The outcome of the completed wait.
  result<void> finish() const {
    if (!cancellable_) return {};
    if (group_->first_failure_) return to_error(group_->first_failure_);
    if (stopped_) return error::cancelled();
    return {};
  }

 private:
  friend class task_group;
  void all_ended() noexcept { wake(); }
  void on_stop() noexcept override {
    stopped_ = true;
    group_->request_stop();
  }

  task_group* group_;
  bool cancellable_;
  bool stopped_ = false;
};

}  // namespace weir::detail
