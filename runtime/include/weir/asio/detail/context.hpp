// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>

#include "weir/asio/detail/services.hpp"
#include "weir/manual_reset_event.hpp"

namespace weir::detail {

/// What a loop has for Asio: the tasks that run its functions and operations, the count of its
/// work, and the services of Asio's own objects.
///
/// Made on the first use on a loop, and ends with it. Executors with outstanding work keep the
/// memory longer, since another thread may let go of one just after the loop has heard its news.
class asio_context final : public loop_extension {
 public:
  /// That of the calling thread's loop.
  static asio_context& of(loop& home) {
    WEIR_ASSERT(loop::current_or_null() == &home);
    if (home.extension() == nullptr) home.extend(*new asio_context(home));
    return static_cast<asio_context&>(*home.extension());
  }

  asio_services& services() noexcept { return services_; }
  bool is_home() const noexcept { return loop::current_or_null() == &home_; }
  /// True when the loop ends: functions and handlers are destroyed and no more called.
  bool stopping() const noexcept { return stopping_; }
  stop_context& stop_of_all() noexcept { return tasks_.context(); }

  /// Starts a task of Asio's on the loop's next turn. On the loop's thread.
  void spawn(task<> work) { tasks_.spawn(std::move(work)); }

  /// Calls `function()` on the loop: at once if it may and this is the loop's thread.
  template <class F>
  void execute(F function, bool inline_allowed);

  /// Calls `function()` on the loop, of weir's own: even while the loop ends.
  template <class F>
  void tell(F function) {
    if (is_home()) return function();
    home_.post(std::move(function));
  }

  /// Calls `function()` now, unless the loop ends. What it throws ends the program.
  template <class F>
  void call(F& function) noexcept {
    if (stopping_) return;
    std::move(function)();
    services_.handler_ran();
  }

  /// A task of Asio's begins and ends; on the loop's thread, so its count needs no atomic.
  void task_begins() noexcept { ++unfinished_; }
  void task_ends() noexcept {
    if (--unfinished_ == 0) done_.set();
  }
  /// Work that is not a task begins and ends, on any thread.
  void work_begins() noexcept {
    holders_.fetch_add(1, std::memory_order_relaxed);
    work_.fetch_add(1);
  }
  void work_ends() noexcept {
    if (work_.fetch_sub(1) == 1 && waiting_.load() > 0) announce();
    let_go();
  }
  /// Waits while there is a task or other work.
  static task<> wait_until_done(asio_context& context);

  void stop() noexcept override {
    stopping_ = true;
    services_.stop();
    tasks_.request_stop();
  }
  bool idle() const noexcept override { return tasks_.size() == 0; }
  void leave() noexcept override {
    stop();
    services_.destroy();
    let_go();
  }

 private:
  explicit asio_context(loop& home) : home_(home), services_(home, tasks_) {}
  ~asio_context() = default;

  void announce() noexcept;
  void let_go() noexcept {
    if (holders_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }

  loop& home_;
  scope tasks_;
  asio_services services_;
  bool stopping_ = false;

  manual_reset_event done_;
  std::size_t unfinished_ = 0;  // Tasks.
  std::mutex announcing_;       // While an end of work is announced, those who wait stay.
  std::atomic<std::size_t> waiting_{0};
  std::atomic<std::size_t> work_{0};
  std::atomic<std::size_t> holders_{1};  // The loop, and all work.
};

/// Counts a task as unfinished: a parameter of it, so that it ends when the others have.
class asio_unfinished {
 public:
  explicit asio_unfinished(asio_context& context) noexcept : context_(&context) {
    context.task_begins();
  }
  asio_unfinished(asio_unfinished&& other) noexcept
      : context_(std::exchange(other.context_, nullptr)) {}
  asio_unfinished& operator=(asio_unfinished&&) = delete;
  ~asio_unfinished() {
    if (context_ != nullptr) context_->task_ends();
  }

 private:
  asio_context* context_;
};

/// Some other work of a context's, from its making to its end.
class asio_work {
 public:
  explicit asio_work(asio_context& context) noexcept : context_(&context) { context.work_begins(); }
  asio_work(asio_work&& other) noexcept : context_(std::exchange(other.context_, nullptr)) {}
  asio_work& operator=(asio_work&&) = delete;
  ~asio_work() {
    if (context_ != nullptr) context_->work_ends();
  }

 private:
  asio_context* context_;
};

// g++ warns of a coroutine's frame that has a parameter of a local type, as most handlers are.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsubobject-linkage"
#endif

/// A function as a task.
template <class F>
task<> asio_call(asio_context& context, [[maybe_unused]] asio_unfinished counted, F function) {
  context.call(function);
  co_return;
}

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

template <class F>
void asio_context::execute(F function, bool inline_allowed) {
  if (!is_home()) {
    home_.post(
        [this, work = asio_work(*this), posted = std::move(function)]() mutable { call(posted); });
  } else if (!stopping_ && inline_allowed) {
    std::move(function)();
  } else if (!stopping_) {
    spawn(asio_call(*this, asio_unfinished(*this), std::move(function)));
  }
}

inline void asio_context::announce() noexcept {
  const std::lock_guard lock(announcing_);
  if (waiting_.load() == 0) return;
  if (is_home()) return done_.set();
  home_.post([this] { done_.set(); });
}

inline task<> asio_context::wait_until_done(asio_context& context) {
  struct presence {
    explicit presence(asio_context& awaited) : context(awaited) { ++context.waiting_; }
    ~presence() {
      const std::lock_guard lock(context.announcing_);
      --context.waiting_;
    }
    asio_context& context;
  };
  const presence waiting(context);
  while (context.unfinished_ > 0 || context.work_.load() > 0) {
    context.done_.reset();
    // What ends from here on is announced, by the loop at once or through its inbox.
    co_await context.done_.wait();
  }
}

}  // namespace weir::detail
