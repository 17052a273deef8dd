// SPDX-License-Identifier: Apache-2.0
#include "weir/detail/timer.hpp"

#include <algorithm>

namespace weir::detail {

void timer_queue::arm(timer& entry, time_point when) {
  WEIR_ASSERT(!entry.is_armed());
  entry.arming_ = ++armings_;
  heap_.push_back({when, &entry});
  sift_up(heap_.size() - 1, heap_.back());
}

void timer_queue::disarm(timer& entry) noexcept {
  if (!entry.is_armed()) return;
  const std::size_t index = entry.index_;
  entry.index_ = timer::unarmed;
  const slot last = heap_.back();
  heap_.pop_back();
  if (index == heap_.size()) return;
  if (index > 0 && goes_before(last, heap_[(index - 1) / children])) return sift_up(index, last);
  sift_down(index, last);
}

std::size_t timer_queue::fire(time_point now) noexcept {
  std::size_t fired = 0;
  while (!heap_.empty() && heap_[0].when <= now) {
    timer& due = *heap_[0].entry;
    disarm(due);
    due.on_timer();
    ++fired;
  }
  return fired;
}

void timer_queue::place(std::size_t index, slot value) noexcept {
  heap_[index] = value;
  value.entry->index_ = index;
}

void timer_queue::sift_up(std::size_t index, slot value) noexcept {
  while (index > 0) {
    const std::size_t parent = (index - 1) / children;
    if (!goes_before(value, heap_[parent])) break;
    place(index, heap_[parent]);
    index = parent;
  }
  place(index, value);
}

void timer_queue::sift_down(std::size_t index, slot value) noexcept {
  for (;;) {
    const std::size_t first = index * children + 1;
    if (first >= heap_.size()) break;
    const std::size_t last = std::min(first + children, heap_.size());
    std::size_t earliest = first;
    for (std::size_t child = first + 1; child < last; ++child) {
      if (goes_before(heap_[child], heap_[earliest])) earliest = child;
    }
    if (!goes_before(heap_[earliest], value)) break;
    place(index, heap_[earliest]);
    index = earliest;
  }
  place(index, value);
}

}  // namespace weir::detail
