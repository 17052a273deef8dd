// SPDX-License-Identifier: Apache-2.0
#include "stall_watch.hpp"

#include <algorithm>
#include <ctime>

#include "loop_registry.hpp"

namespace weir::detail {
namespace {

bool same_place(const std::source_location& one, const std::source_location& other) noexcept {
  // Without the function's name: instances of a template at one place are told apart by the task.
  return one.line() == other.line() && one.column() == other.column() &&
         one.file_name() == other.file_name();
}

/// How long the loop's thread has computed.
duration computed(const loop_activity& loop) noexcept {
  timespec time{};
  clock_gettime(loop.processor_clock, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

seen_activity::seen_activity(const loop_activity& from) noexcept
    : task(from.running.load(std::memory_order_relaxed)),
      in_post(from.in_post.load(std::memory_order_relaxed)),
      resumes(from.resumes.load(std::memory_order_relaxed)),
      posts(from.posts.load(std::memory_order_relaxed)),
      went_on_from(from.went_on_from.load(std::memory_order_relaxed)),
      spawned_at(from.spawned_at.load(std::memory_order_relaxed)) {}

bool seen_activity::operator==(const seen_activity& other) const noexcept {
  return task == other.task && in_post == other.in_post && resumes == other.resumes &&
         posts == other.posts && same_place(went_on_from, other.went_on_from) &&
         same_place(spawned_at, other.spawned_at);
}

std::vector<stall_report> stall_watch::look(time_point now) {
  // Two looks are half a threshold apart. One that comes much later says that the machine stood
  // still, this thread too, and nobody is to blame for the time between.
  was_late_ = last_look_ != time_point::min() && now - last_look_ > threshold_;
  last_look_ = now;
  std::vector<stall_report> reports;
  for (auto& entry : loops_) entry.is_alive = false;
  all_loops.for_each([&](loop_activity& loop) { look_at(loop, now, reports); });
  std::erase_if(loops_, [](const watched_loop& entry) { return !entry.is_alive; });
  return reports;
}

stall_watch::watched_loop& stall_watch::entry_of(const loop_activity& loop,
                                                 const seen_activity& seen, time_point now) {
  const auto known = std::find_if(loops_.begin(), loops_.end(), [&](const watched_loop& entry) {
    return entry.number == loop.number;
  });
  watched_loop& entry =
      known != loops_.end()
          ? *known
          : loops_.emplace_back(watched_loop{
                .seen = seen, .number = loop.number, .since = now, .computed_before = {}});
  entry.is_alive = true;
  return entry;
}

void stall_watch::look_at(loop_activity& loop, time_point now, std::vector<stall_report>& reports) {
  const seen_activity seen(loop);
  watched_loop& entry = entry_of(loop, seen, now);
  if (!(seen == entry.seen) || (was_late_ && !entry.counted) || now == entry.since) {
    if (entry.counted && !entry.told) ++entry.untold;
    entry.seen = seen;
    entry.since = now;
    entry.computed_before = seen.is_busy() ? computed(loop) : duration::zero();
    entry.counted = entry.told = false;
    return;
  }
  const duration held = now - entry.since;
  if (!seen.is_busy() || held < threshold_) return;
  if (!entry.counted) {
    entry.counted = true;
    loop.count(loop.stalls);
  }
  const duration::rep longest = loop.longest_stall.load(std::memory_order_relaxed);
  loop.longest_stall.store(std::max(longest, held.count()), std::memory_order_relaxed);
  const bool too_soon = entry.last_told != time_point::min() &&
                        now - entry.last_told < stall_monitor::between_reports;
  if (entry.told || too_soon) return;
  entry.told = true;
  entry.last_told = now;
  reports.push_back({.loop = loop.number,
                     .task = seen.task,
                     .went_on_from = seen.went_on_from,
                     .spawned_at = seen.spawned_at,
                     .held = held,
                     .computed = computed(loop) - entry.computed_before,
                     .untold = std::exchange(entry.untold, 0)});
}

}  // namespace weir::detail
