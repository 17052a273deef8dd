// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "weir/detail/loop_activity.hpp"
#include "weir/stall_monitor.hpp"

namespace weir::detail {

/// What a loop was seen to do: equal twice, it has done nothing else in between.
struct seen_activity {
  explicit seen_activity(const loop_activity& from) noexcept;

  bool is_busy() const noexcept { return task != 0 || in_post; }
  bool operator==(const seen_activity& other) const noexcept;

  task_id task;
  bool in_post;
  std::uint64_t resumes;
  std::uint64_t posts;
  std::source_location went_on_from;
  std::source_location spawned_at;
};

/// Finds stalls by looking at loops again and again.
class stall_watch {
 public:
  explicit stall_watch(duration threshold) noexcept : threshold_(threshold) {}

  /// Looks at all loops; gives what is to be told. `now` is the machine's clock, not a loop's.
  std::vector<stall_report> look(time_point now);

 private:
  struct watched_loop {
    seen_activity seen;
    unsigned number;
    time_point since;          // When it was seen first to do this,
    duration computed_before;  // and how long its thread had computed then.
    bool counted = false;      // This is a stall,
    bool told = false;         // and has been told.
    std::uint64_t untold = 0;
    time_point last_told = time_point::min();
    bool is_alive = true;
  };

  watched_loop& entry_of(const loop_activity& loop, const seen_activity& seen, time_point now);
  void look_at(loop_activity& loop, time_point now, std::vector<stall_report>& reports);

  duration threshold_;
  time_point last_look_ = time_point::min();
  bool was_late_ = false;
  std::vector<watched_loop> loops_;
};

}  // namespace weir::detail
