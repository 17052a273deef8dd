// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "weir/assert.hpp"
#include "weir/clock.hpp"

namespace weir::detail {

/// Something that is to happen at a moment of the loop's clock.
class timer {
 public:
  timer() = default;
  /// A timer may be moved before it is armed, not after.
  timer(timer&& other) noexcept { WEIR_ASSERT(!other.is_armed()); }
  timer& operator=(timer&&) = delete;

  bool is_armed() const noexcept { return index_ != unarmed; }
  /// Called on the loop, disarmed already. Must not run user code: it wakes or cancels, no more.
  virtual void on_timer() noexcept = 0;

 protected:
  ~timer() { WEIR_ASSERT(!is_armed()); }

 private:
  friend class timer_queue;
  static constexpr std::size_t unarmed = static_cast<std::size_t>(-1);
  std::size_t index_ = unarmed;
  std::uint64_t arming_ = 0;  // Its number among those of the queue.
};

/// The armed timers of one loop, earliest first, and those of one moment in the order in which they
/// were armed: a heap of four children a node.
///
/// Four children make the heap half as deep as two, and their times share a cache line. That is why
/// the order of arming stands in the timers: it is looked at when two moments are equal, no sooner.
class timer_queue {
 public:
  bool empty() const noexcept { return heap_.empty(); }
  std::size_t size() const noexcept { return heap_.size(); }
  /// When the earliest timer is due; the end of time when there is none.
  time_point next() const noexcept { return heap_.empty() ? time_point::max() : heap_[0].when; }

  void arm(timer& entry, time_point when);
  void disarm(timer& entry) noexcept;
  /// Fires what is due at `now`; gives the count.
  std::size_t fire(time_point now) noexcept;

 private:
  struct slot {
    time_point when;
    timer* entry;
  };
  static constexpr std::size_t children = 4;

  static bool goes_before(const slot& one, const slot& other) noexcept {
    if (one.when == other.when) return one.entry->arming_ < other.entry->arming_;
    return one.when < other.when;
  }
  void place(std::size_t index, slot value) noexcept;
  void sift_up(std::size_t index, slot value) noexcept;
  void sift_down(std::size_t index, slot value) noexcept;

  std::vector<slot> heap_;
  std::uint64_t armings_ = 0;
};

}  // namespace weir::detail
