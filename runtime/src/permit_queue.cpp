// SPDX-License-Identifier: Apache-2.0
#include "weir/detail/permit_queue.hpp"

#include "weir/loop.hpp"

namespace weir::detail {

bool permit_queue::try_take() noexcept {
  if (free_ == 0) return false;
  WEIR_ASSERT(waiting_.empty());
  --free_;
  return true;
}

void permit_queue::enqueue(permit_wait& waiting) noexcept {
  WEIR_ASSERT(free_ == 0);
  waiting_.push_back(waiting);
}

void permit_queue::add(grant_list& granted) noexcept {
  if (waiting_.empty()) {
    ++free_;
    return;
  }
  permit_wait& next = waiting_.pop_front();
  next.answer_ = permit_wait::answer::granted;
  granted.push_back(next);
}

void permit_queue::refuse_all(grant_list& granted) noexcept {
  while (!waiting_.empty()) {
    permit_wait& next = waiting_.pop_front();
    next.answer_ = permit_wait::answer::refused;
    granted.push_back(next);
  }
}

void permit_wait::stop(std::mutex& guard, permit_queue& queue) noexcept {
  grant_list granted;
  bool left = false;
  {
    const std::lock_guard lock(guard);
    left = answer_ == answer::none;
    if (left) {
      permit_hook::unlink();
    } else if (answer_ == answer::granted) {
      answer_ = answer::given_back;
      queue.add(granted);
    }
  }
  // The word of an answer is on its way, and wakes the task.
  if (left) wake();
  // By post in any case: the wake of another task of this loop could stop a third, and so on.
  while (!granted.empty()) {
    permit_wait& next = granted.pop_front();
    next.home().post_item(next);
  }
}

void permit_wait::run() noexcept {
  grant_list granted;
  on_answer(granted);
  deliver(granted);
}

void deliver(grant_list& granted) noexcept {
  const weir::loop* here = weir::loop::current_or_null();
  while (!granted.empty()) {
    permit_wait& next = granted.pop_front();
    if (&next.home() == here) {
      next.on_answer(granted);
    } else {
      next.home().post_item(next);
    }
  }
}

}  // namespace weir::detail
