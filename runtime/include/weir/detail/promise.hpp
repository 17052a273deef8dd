// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <coroutine>
#include <cstdint>
#include <exception>
#include <source_location>
#include <utility>
#include <variant>

#include "weir/assert.hpp"
#include "weir/clock.hpp"
#include "weir/detail/ambient.hpp"
#include "weir/detail/frame_pool.hpp"
#include "weir/detail/intrusive_list.hpp"
#include "weir/detail/ready_item.hpp"
#include "weir/detail/stop_context.hpp"

namespace weir::detail {

class promise_base;

/// A task's number on its loop, in the order of spawning, from 1; 0 is none.
using task_id = std::uint64_t;

/// Who spawned a task, where and when.
struct spawn_record {
  task_id id = 0;
  std::source_location where;
  task_id spawner = 0;  ///< The task that ran then; it may have ended since.
  time_point when{};
};

/// Whoever started a task without awaiting it in place, and is told when it ended.
class task_owner {
 public:
  /// The task has ended and is suspended for good; the owner may destroy its frame here.
  virtual void task_done(promise_base& ended) noexcept = 0;

 protected:
  ~task_owner() = default;
};

/// What every task's promise has: who waits for it, what stops it, where it stands.
///
/// Control flow does not rest on symmetric transfer, which overflows the stack where the compiler
/// makes no tail call (no optimisation, sanitizers). A task is started inline by its awaiter; one
/// that ends at once returns into the awaiter, and only one that had to park resumes it. The depth
/// of the stack is then the depth of the awaits, whatever the number of them.
class promise_base : public list_hook {
 public:
  promise_base() = default;
  ~promise_base() {
    if (holds_context_) context_->release();
  }

  std::suspend_always initial_suspend() noexcept { return {}; }

  struct final_awaiter {
    bool await_ready() noexcept { return false; }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> ended) noexcept {
      promise_base& promise = ended.promise();
      promise.done_ = true;
      if (promise.owner_ != nullptr) return promise.owner_->task_done(promise);
      if (!promise.parked_) return;
      if (promise.has_own_context_) ambient_context = promise.parent_->context_;
      promise.continuation_.resume();
    }
    void await_resume() noexcept {}
  };
  final_awaiter final_suspend() noexcept { return {}; }

  /// Suspends a coroutine that has a value for the one who waits, and will be run on for the next.
  struct pause_awaiter {
    bool await_ready() noexcept { return false; }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> paused) noexcept {
      promise_base& promise = paused.promise();
      promise.paused_ = true;
      // The consumer may destroy this frame before resume() returns.
      if (promise.parked_) promise.continuation_.resume();
    }
    void await_resume() noexcept {}
  };

  /// Passes an awaitable through, and notes where the task waits now.
  template <class Awaitable>
  Awaitable&& await_transform(Awaitable&& awaitable, std::source_location where =
                                                         std::source_location::current()) noexcept {
    waits_at_ = where;
    return static_cast<Awaitable&&>(awaitable);
  }

  static void* operator new(std::size_t size) { return allocate_frame(size); }
  static void operator delete(void* frame, std::size_t size) noexcept { free_frame(frame, size); }

  bool done() const noexcept { return done_; }
  bool started() const noexcept { return started_; }
  bool paused() const noexcept { return paused_; }
  stop_context* stop() const noexcept { return stop_; }
  void set_stop(stop_context* context) noexcept { stop_ = context; }
  const task_context* context() const noexcept { return context_; }
  /// Before it is started: it runs with this context (null: with none) and not its awaiter's. Who
  /// awaits it keeps the context alive until then.
  void set_context(const task_context* context) noexcept {
    context_ = context;
    has_own_context_ = true;
  }
  const std::source_location& waits_at() const noexcept { return waits_at_; }
  /// How it was spawned; of a task that another one awaits only that one's id and place.
  const spawn_record& spawned() const noexcept { return spawned_; }
  task_id id() const noexcept { return spawned_.id; }
  /// What the task ended with, or null.
  const std::exception_ptr& failure() const noexcept { return failure_; }
  /// The task that this one awaits now, or null at a leaf.
  const promise_base* awaits() const noexcept { return awaits_; }

  /// Starts this task inline for the awaiting `parent`; true when the parent must stay suspended.
  template <class ParentPromise>
  bool start_for(std::coroutine_handle<> self, std::coroutine_handle<ParentPromise> parent) {
    if (stop_ == nullptr) stop_ = parent.promise().stop();
    return run_for(self, parent);
  }

  /// Runs this coroutine inline for the awaiting `parent`, to its end or its next pause; true when
  /// the parent must stay suspended until then.
  template <class ParentPromise>
  bool run_for(std::coroutine_handle<> self, std::coroutine_handle<ParentPromise> parent) {
    promise_base& waiting = parent.promise();
    continuation_ = parent;
    waiting.awaits_ = this;
    parent_ = &waiting;
    spawned_.id = waiting.spawned_.id;
    spawned_.where = waiting.spawned_.where;
    started_ = true;
    parked_ = false;
    paused_ = false;
    if (has_own_context_) {
      ambient_context = context_;
    } else {
      context_ = waiting.context_;
    }
    self.resume();
    if (has_own_context_) ambient_context = waiting.context_;
    if (done_ || paused_) {
      waiting.awaits_ = nullptr;
      return false;
    }
    parked_ = true;
    return true;
  }

  /// Prepares this task to be resumed by a loop on behalf of `owner`.
  ready_item& prepare(std::coroutine_handle<> self, task_owner& owner, stop_context& stop,
                      const spawn_record& spawned) noexcept {
    WEIR_ASSERT(!started_);
    owner_ = &owner;
    stop_ = &stop;
    spawned_ = spawned;
    started_ = true;
    context_ = ambient_context;
    if (context_ != nullptr) context_->retain();
    holds_context_ = context_ != nullptr;
    ready_.coroutine = self;
    ready_.promise = this;
    return ready_;
  }

  /// The frame of a task that a loop started.
  std::coroutine_handle<> frame() const noexcept { return ready_.coroutine; }

  /// Called by the awaiter when it has been resumed: the wait is over.
  void leave_parent() noexcept {
    // A stream outlives the one who awaited its last value, so no trace of that one may stay.
    if (parent_ != nullptr) std::exchange(parent_, nullptr)->awaits_ = nullptr;
  }

 protected:
  std::exception_ptr failure_;

 private:
  std::coroutine_handle<> continuation_;
  stop_context* stop_ = nullptr;
  const task_context* context_ = nullptr;
  task_owner* owner_ = nullptr;
  promise_base* awaits_ = nullptr;
  promise_base* parent_ = nullptr;
  std::source_location waits_at_;
  spawn_record spawned_;
  ready_item ready_;
  bool started_ = false;
  bool parked_ = false;
  bool paused_ = false;
  bool done_ = false;
  bool has_own_context_ = false;
  bool holds_context_ = false;  ///< Of a spawned task, which may outlive who had it first.
};

}  // namespace weir::detail
