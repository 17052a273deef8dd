// SPDX-License-Identifier: Apache-2.0
// What a loop tells of itself: its tasks, its counters, its driver.
#include <sys/utsname.h>

#include <unordered_set>

#include "weir/loop.hpp"

namespace weir {
namespace {

using promise = detail::promise_base;

/// Notes where the task and what it awaits stand; gives the innermost.
const promise& note_places(const promise& root, task_report& report) {
  constexpr std::size_t half = task_report::most_places / 2;
  std::vector<std::source_location>& places = report.places;
  const promise* innermost = &root;
  std::size_t length = 0;
  for (const promise* at = &root; at != nullptr; at = at->awaits()) {
    innermost = at;
    if (at->waits_at().line() == 0) continue;  // It has awaited nothing yet.
    if (places.size() == task_report::most_places) {
      places.erase(places.begin() + half);
    }
    places.push_back(at->waits_at());
    ++length;
  }
  report.places_left_out = length - places.size();
  return *innermost;
}

}  // namespace

std::vector<task_report> loop::tasks(std::size_t at_most) const {
  std::unordered_set<const promise*> ready;
  ready_.for_each([&](const detail::ready_item& item) { ready.insert(item.promise); });
  const time_point now = driver_->now();
  const detail::task_id running = activity_.running.load(std::memory_order_relaxed);
  std::vector<task_report> reports;
  tasks_.visit_while([&](const promise& root) {
    if (reports.size() == at_most) return false;
    const detail::spawn_record& spawned = root.spawned();
    task_report& report = reports.emplace_back();
    report.id = spawned.id;
    report.spawner = spawned.spawner;
    report.spawned_at = spawned.where;
    report.age = std::max(now - spawned.when, duration::zero());
    const promise& innermost = note_places(root, report);
    if (spawned.id == running) {
      report.state = task_state::running;
    } else if (ready.contains(&innermost) || (order_ != nullptr && order_->holds(innermost))) {
      report.state = task_state::ready;
    }
    return true;
  });
  return reports;
}

std::string loop::describe_tasks() const {
  return format_tasks(tasks(), last_task_ - ended_tasks_);
}

std::string loop::describe_driver() const {
  std::string text(driver_->name());
  utsname system{};
  if (uname(&system) == 0) text += std::string(", ") + system.sysname + " " + system.release;
  const std::string details = driver_->details();
  if (!details.empty()) text += ", " + details;
  if (!driver_reason_.empty()) text += ": " + driver_reason_;
  return text;
}

loop_counters loop::counters() const noexcept {
  const auto read = [](const auto& shared) { return shared.load(std::memory_order_relaxed); };
  loop_counters counters;
  counters.turns = turns_;
  counters.resumes = read(activity_.resumes);
  counters.posts = read(activity_.posts);
  counters.tasks_spawned = last_task_;
  counters.tasks_alive = last_task_ - ended_tasks_;
  ready_.for_each([&](const detail::ready_item&) { ++counters.tasks_ready; });
  counters.timers = timers_fired_;
  counters.timers_armed = timers_.size();
  counters.wakes_sent = wakes_sent_;
  counters.stalls = read(activity_.stalls);
  counters.longest_stall = duration(read(activity_.longest_stall));
  counters.turn_time = turn_time_;
  counters.driver = driver_->counters();
  return counters;
}

}  // namespace weir
