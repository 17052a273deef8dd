// SPDX-License-Identifier: Apache-2.0
#include "weir/stall_monitor.hpp"

#include <cstdio>
#include <system_error>

#include "loop_registry.hpp"
#include "place.hpp"
#include "stall_watch.hpp"
#include "weir/assert.hpp"
#include "weir/detail/all_signals_blocked.hpp"
#include "weir/error.hpp"

namespace weir {
namespace {

std::string count_of(std::uint64_t stalls) {
  return std::to_string(stalls) + (stalls == 1 ? " stall" : " stalls");
}

}  // namespace

std::string format_stall(const stall_report& stall) {
  std::string text =
      stall.task == 0 ? "a closure that was posted" : "task " + std::to_string(stall.task);
  text += " holds loop " + std::to_string(stall.loop) + " for " + detail::to_text(stall.held) +
          " by now, of these " + detail::to_text(stall.computed) + " on a processor";
  if (stall.task != 0) {
    if (stall.went_on_from.line() != 0) {
      text += "; it went on from " + detail::to_text(stall.went_on_from);
    } else if (stall.spawned_at.line() != 0) {
      text += "; it has awaited nothing yet";
    }
    text += ", spawned at " + detail::to_text(stall.spawned_at);
  }
  if (stall.untold > 0) text += "; " + count_of(stall.untold) + " before it not told";
  return text;
}

void print_stall(const stall_report& stall) {
  std::fprintf(stderr, "%s\n", format_stall(stall).c_str());
}

stall_monitor::stall_monitor(duration threshold, callback told)
    : watch_(std::make_unique<detail::stall_watch>(threshold)), told_(std::move(told)) {
  WEIR_ASSERT(threshold >= least_threshold);
  const bool is_second = detail::loops_are_watched.exchange(true);
  WEIR_ASSERT(!is_second);
  // What an earlier monitor left behind would be taken for what the running tasks do.
  detail::all_loops.for_each([](detail::loop_activity& one) {
    one.went_on_from.store({}, std::memory_order_relaxed);
    one.spawned_at.store({}, std::memory_order_relaxed);
  });
  try {
    const detail::all_signals_blocked signals_are_for_others;
    thread_ = std::thread([this, threshold] { watch(threshold / 2); });
  } catch (const std::system_error& refused) {
    detail::loops_are_watched.store(false);
    throw error(refused.code(), disposition::retry,
                "start the thread of a stall_monitor: " + refused.code().message() +
                    "; is the limit of threads reached (ulimit -u, pids.max of the container)?");
  }
}

stall_monitor::~stall_monitor() {
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
  }
  changed_.notify_one();
  thread_.join();
  detail::loops_are_watched.store(false);
}

void stall_monitor::watch(duration between_looks) {
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, between_looks, [this] { return ends_; })) {
    lock.unlock();
    for (const auto& stall : watch_->look(std::chrono::steady_clock::now())) told_(stall);
    lock.lock();
  }
}

}  // namespace weir
