// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
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
};

/// The armed timers of one loop, earliest first: a heap of four children a node.
///
/// Four children make the heap half as deep as two, and their times share a cache line.
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

  void place(std::size_t index, slot value) noexcept;
  void sift_up(std::size_t index, slot value) noexcept;
  void sift_down(std::size_t index, slot value) noexcept;

  std::vector<slot> heap_;
};

}  // namespace weir::detail
