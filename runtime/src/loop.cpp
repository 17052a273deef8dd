// SPDX-License-Identifier: Apache-2.0
#include "weir/loop.hpp"

#include <cstdio>
#include <cstdlib>
#include <thread>

#include "loop_registry.hpp"
#include "name_look_up.hpp"
#include "weir/detail/name_cache.hpp"

namespace weir {
namespace {

constexpr int ready_budget_count = 256;  // tasks resumed in one turn
constexpr auto ready_budget_time = std::chrono::microseconds(500);
// A turn looks at the clock after 8, 32 and 128 resumes: soon, where tasks take long, and rarely,
// where they have proved short. A look costs as much as some resumes.
constexpr int first_clock_look = 8;
constexpr int clock_look_growth = 4;

/// The owner of the task that run() was given: remembers only that it ended.
class main_owner final : public detail::task_owner {
 public:
  void task_done(detail::promise_base& ended) noexcept override {
    loop::current().task_ended(ended);
    done_ = true;
  }
  bool done() const noexcept { return done_; }

 private:
  bool done_ = false;
};

}  // namespace

constinit thread_local loop* loop::current_ = nullptr;

loop::loop(driver_choice choice)
    : driver_(make_driver(choice, &driver_reason_)), order_(driver_->order()) {
  begin();
}

loop::loop(std::unique_ptr<weir::driver> driver)
    : driver_(std::move(driver)), order_(driver_->order()) {
  begin();
}

void loop::begin() {
  WEIR_ASSERT(current_ == nullptr);
  current_ = this;
  recent_now_ = driver_->now();
  detail::all_loops.add(activity_);
}

template <class Done>
void loop::run_until(Done done) {
  while (!done()) {
    ++turns_;
    drain_inbox();
    const bool worked = run_ready();
    if (done()) return;
    if (worked || !timers_.empty()) {
      recent_now_ = driver_->now();
      if (worked) turn_time_.add(recent_now_ - turn_began_);
      timers_fired_ += timers_.fire(recent_now_);
    }
    wait();
  }
}

loop::~loop() {
  detail::all_loops.remove(activity_);
  const auto is_held = [this] { return holds_ != 0 || driver_->has_orphans(); };
  const auto is_extended = [this] { return extension_ != nullptr && !extension_->idle(); };
  do {
    run_until([&] { return !is_held(); });
    if (extension_ != nullptr) extension_->stop();
    run_until([&] { return !is_extended(); });
    // A poster is at most one system call from its end.
    while (posting_.load(std::memory_order_acquire) != 0) std::this_thread::yield();
    drain_inbox();
  } while (is_held() || is_extended());  // A call of another loop came last.
  if (extension_ != nullptr) extension_->leave();
  WEIR_ASSERT(tasks_.empty());
  WEIR_ASSERT(ready_.empty());
  WEIR_ASSERT(timers_.empty());
  current_ = nullptr;
}

void loop::start(detail::promise_base& promise, std::coroutine_handle<> frame,
                 detail::task_owner& owner, detail::stop_context& stop,
                 std::source_location spawned_at) noexcept {
  WEIR_ASSERT(current_ == this);
  const detail::task_id spawner = activity_.running.load(std::memory_order_relaxed);
  // Within a turn its beginning will do; what was posted may come long after the last turn.
  const detail::spawn_record record{.id = ++last_task_,
                                    .where = spawned_at,
                                    .spawner = spawner,
                                    .when = spawner == 0 ? driver_->now() : turn_began_};
  make_ready(promise.prepare(frame, owner, stop, record));
  tasks_.push_back(promise);
}

void loop::run_until_done(std::coroutine_handle<> frame, detail::promise_base& main,
                          std::source_location where) {
  WEIR_ASSERT(current_ == this);
  main_owner owner;
  detail::stop_context stop;
  start(main, frame, owner, stop, where);
  main_stop_ = &stop;
  run_until([&owner] { return owner.done(); });
  main_stop_ = nullptr;
  if (!deadlock_.empty()) {
    throw error(errc::deadlock, disposition::permanent, std::exchange(deadlock_, {}));
  }
}

void loop::deadlocked() {
  const std::string tasks = describe_tasks();
  if (main_stop_ == nullptr || main_stop_->stop_requested()) {
    std::fprintf(stderr,
                 "every task still waits for what cannot happen, stopped though they are "
                 "(do they wait under shield()?):\n%s",
                 tasks.c_str());
    std::abort();
  }
  deadlock_ =
      "every task waits for what cannot happen: no timer is armed, nothing is under way; "
      "what was to wake them? These were the tasks:\n" +
      tasks;
  main_stop_->request_stop();
}

detail::name_cache& loop::names() {
  if (!names_) names_ = std::make_unique<detail::name_cache>(detail::look_up_name);
  return *names_;
}

void loop::wait() {
  if (!ready_.empty()) return driver_->wait(time_point::min());

  // A poster that sees `parked_` wakes the driver; one that does not has filled the inbox before
  // the second look. Both sides order their store before their load, so one of the two happens.
  parked_.store(true, std::memory_order_seq_cst);
  const bool inbox_empty = inbox_.load(std::memory_order_seq_cst) == nullptr;
  driver_->wait(inbox_empty ? timers_.next() : time_point::min());
  parked_.store(false, std::memory_order_relaxed);
}

void loop::drain_inbox() {
  if (inbox_.load(std::memory_order_relaxed) == nullptr) return;
  detail::inbox_item* newest = inbox_.exchange(nullptr, std::memory_order_acquire);
  detail::inbox_item* oldest = nullptr;
  while (newest != nullptr) {
    detail::inbox_item* following = newest->next_;
    newest->next_ = oldest;
    oldest = newest;
    newest = following;
  }
  activity_.in_post.store(true, std::memory_order_relaxed);
  while (oldest != nullptr) {
    detail::inbox_item& item = *oldest;
    oldest = oldest->next_;
    activity_.count(activity_.posts);
    item.run();
  }
  activity_.in_post.store(false, std::memory_order_relaxed);
}

bool loop::run_ready() {
  if (ready_.empty()) return false;
  turn_began_ = recent_now_ = driver_->now();
  const bool is_watched = detail::loops_are_watched.load(std::memory_order_relaxed);
  const time_point until = turn_began_ + ready_budget_time;
  int next_look = first_clock_look;
  for (int count = 1; count <= ready_budget_count; ++count) {
    detail::ready_item* item = order_ == nullptr ? ready_.pop() : order_->next(ready_);
    if (item == nullptr) break;
    resume(*item, is_watched);
    if (count != next_look) continue;
    recent_now_ = driver_->now();
    if (recent_now_ > until) break;
    next_look *= clock_look_growth;
  }
  activity_.running.store(0, std::memory_order_relaxed);
  detail::ambient_context = nullptr;
  return true;
}

inline void loop::resume(const detail::ready_item& item, bool is_watched) {
  const detail::promise_base& task = *item.promise;
  activity_.count(activity_.resumes);
  activity_.running.store(task.id(), std::memory_order_relaxed);
  if (is_watched) {
    activity_.went_on_from.store(task.waits_at(), std::memory_order_relaxed);
    activity_.spawned_at.store(task.spawned().where, std::memory_order_relaxed);
  }
  detail::ambient_context = task.context();
  item.coroutine.resume();
}

void loop::post_item(detail::inbox_item& item) noexcept {
  // Once the item can be seen it may run and let the loop end, so that must know of this call.
  posting_.fetch_add(1, std::memory_order_relaxed);
  detail::inbox_item* newest = inbox_.load(std::memory_order_relaxed);
  do {
    item.next_ = newest;
  } while (!inbox_.compare_exchange_weak(newest, &item, std::memory_order_seq_cst,
                                         std::memory_order_relaxed));
  if (parked_.exchange(false, std::memory_order_seq_cst)) {
    if (current_ != nullptr) ++current_->wakes_sent_;
    driver_->wake();
  }
  posting_.fetch_sub(1, std::memory_order_release);
}

namespace detail {

void suspension::enter_wait() noexcept {
  WEIR_ASSERT(!parked_);
  loop_ = &weir::loop::current();
  parked_ = true;
}

void suspension::wake() noexcept {
  WEIR_ASSERT(parked_);
  parked_ = false;
  unlink();
  if (listener_ != nullptr) return listener_->on_wake(*this);
  loop_->make_ready(ready_);
}

}  // namespace detail
}  // namespace weir
