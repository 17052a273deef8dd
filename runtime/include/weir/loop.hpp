// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>

#include "weir/detail/inbox_item.hpp"
#include "weir/detail/loop_activity.hpp"
#include "weir/detail/loop_extension.hpp"
#include "weir/detail/timer.hpp"
#include "weir/driver.hpp"
#include "weir/loop_counters.hpp"
#include "weir/task.hpp"
#include "weir/task_report.hpp"

namespace weir {

namespace detail {
class name_cache;
}

/// The executor of one thread: tasks, timers and I/O of a single ring, none of it shared.
///
/// Made, run and destroyed on the same thread; only post() may be called from others. Tasks never
/// move to another loop. A turn is: what other threads posted, then ready tasks (up to a budget of
/// count and time, so that I/O is never starved), then due timers, then one call into the kernel.
class loop {
 public:
  explicit loop(driver_choice choice = driver_choice::automatic);
  /// Takes over a driver of the caller's making.
  explicit loop(std::unique_ptr<weir::driver> driver);
  /// Waits for closures that blocking() still runs, and for the calls of other loops; no task of
  /// its own may be left.
  ~loop();
  loop(const loop&) = delete;
  loop& operator=(const loop&) = delete;

  /// The loop of the calling thread; an assertion fails where there is none.
  static loop& current() noexcept {
    WEIR_ASSERT(current_ != nullptr);
    return *current_;
  }
  /// The loop of the calling thread, or null.
  static loop* current_or_null() noexcept { return current_; }

  /// Runs `main` and what it spawns until `main` has ended; gives its value or throws its
  /// exception. `where` is the place that the main task is said to be spawned at.
  template <class T>
  T run(task<T> main, std::source_location where = std::source_location::current()) {
    run_until_done(main.handle(), main.handle().promise(), where);
    return main.handle().promise().take();
  }

  /// Runs `work()` on this loop soon. From any thread; `work` must not throw or block. The loop
  /// must be alive when the call begins; its end waits for calls that have begun.
  template <class F>
  void post(F work) {
    post_item(*new posted<F>(std::move(work)));
  }

  time_point now() const noexcept { return driver_->now(); }
  /// The clock as the loop has read it last: for the stamps of many small things, where now() would
  /// cost more than the thing. In a task it is older than now() by what this turn has done since it
  /// looked, some milliseconds at most unless a task takes longer.
  time_point recent_now() const noexcept { return recent_now_; }
  std::uint64_t random() noexcept { return driver_->random(); }
  weir::driver& driver() noexcept { return *driver_; }
  /// Its number among the loops of this process, from 1, in the order of their making.
  unsigned number() const noexcept { return activity_.number; }
  /// What it has done and has to do. Costs as much as there are ready tasks.
  loop_counters counters() const noexcept;
  /// Why this driver was chosen; empty when it was the first choice.
  const std::string& driver_reason() const noexcept { return driver_reason_; }
  /// The driver, the kernel, what the driver found in it, and driver_reason(): a line for the log.
  std::string describe_driver() const;

  /// The live tasks in the order of their numbers, at most so many, the oldest. On the loop's
  /// thread; from another one only when the loop has hung and all is lost.
  std::vector<task_report> tasks(std::size_t at_most = most_reported_tasks) const;
  /// The same as the text of a tree, see format_tasks().
  std::string describe_tasks() const;

  // For awaitables.
  void make_ready(detail::ready_item& item) noexcept { ready_.push(item); }
  detail::timer_queue& timers() noexcept { return timers_; }
  /// The addresses that resolve() found on this loop.
  detail::name_cache& names();
  /// Starts a task on behalf of `owner` on the next turn.
  void start(detail::promise_base& promise, std::coroutine_handle<> frame,
             detail::task_owner& owner, detail::stop_context& stop,
             std::source_location spawned_at) noexcept;
  /// Forgets a task that has ended.
  void task_ended(detail::promise_base& promise) noexcept {
    promise.unlink();
    ++ended_tasks_;
  }
  /// Hands over an item that lives until it runs. From any thread, as post().
  void post_item(detail::inbox_item& item) noexcept;
  /// Something elsewhere will post() to this loop, or something runs here for another loop: until
  /// as many let_go() this loop is not destroyed.
  void hold() noexcept { ++holds_; }
  void let_go() noexcept {
    WEIR_ASSERT(holds_ > 0);
    --holds_;
  }
  /// What weir/asio.hpp keeps for this loop; null before its first use.
  detail::loop_extension* extension() const noexcept { return extension_; }
  /// Takes over the one extension that a loop may have.
  void extend(detail::loop_extension& added) noexcept {
    WEIR_ASSERT(current_ == this && extension_ == nullptr);
    extension_ = &added;
  }

  /// Called by a driver whose wait() found that nothing can ever happen again. Stops the main task,
  /// so that run() throws `deadlock` with the tasks as they are now; where they still wait for ever
  /// after that, it prints them and aborts.
  void deadlocked();

 private:
  template <class F>
  struct posted final : detail::inbox_item {
    explicit posted(F closure) : work(std::move(closure)) {}
    void run() noexcept override {
      const std::unique_ptr<posted> own(this);
      work();
    }
    F work;
  };

  void begin();
  void run_until_done(std::coroutine_handle<> frame, detail::promise_base& main,
                      std::source_location where);
  template <class Done>
  void run_until(Done done);
  void wait();
  void drain_inbox();
  bool run_ready();
  void resume(const detail::ready_item& item, bool is_watched);

  // constinit: without it each access would ask whether the variable has been made.
  static constinit thread_local loop* current_;

  std::string driver_reason_;
  std::unique_ptr<weir::driver> driver_;
  detail::ready_order* order_;                 // Of a simulation; null: first in, first out.
  std::unique_ptr<detail::name_cache> names_;  // From the first time that it is asked for.
  detail::ready_queue ready_;
  detail::timer_queue timers_;
  detail::intrusive_list<detail::promise_base> tasks_;
  detail::loop_activity activity_{*this};
  detail::task_id last_task_ = 0;
  std::uint64_t ended_tasks_ = 0;
  std::uint64_t turns_ = 0;
  std::uint64_t timers_fired_ = 0;
  std::uint64_t wakes_sent_ = 0;
  turn_durations turn_time_;
  time_point turn_began_{};
  time_point recent_now_{};
  std::uint64_t holds_ = 0;
  detail::stop_context* main_stop_ = nullptr;  // While run() runs.
  std::string deadlock_;                       // What deadlocked() saw; mostly empty.
  detail::loop_extension* extension_ = nullptr;

  std::atomic<detail::inbox_item*> inbox_{nullptr};
  std::atomic<bool> parked_{false};
  std::atomic<int> posting_{0};  // Threads inside post(), which still touch this loop.
};

}  // namespace weir
