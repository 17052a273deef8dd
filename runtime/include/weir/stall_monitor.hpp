// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <source_location>
#include <string>
#include <thread>

#include "weir/clock.hpp"

namespace weir {
namespace detail {
class stall_watch;
}

/// A task that did not give its loop back in time: nothing else ran on that loop meanwhile.
struct stall_report {
  unsigned loop = 0;       ///< Its number, see loop::number().
  std::uint64_t task = 0;  ///< Its number; 0: not a task but a closure that came through post().
  std::source_location went_on_from;  ///< The `co_await` after which it ran on; line 0: unknown.
  std::source_location spawned_at;    ///< Line 0: unknown.
  duration held{};                    ///< So far, at least.
  duration computed{};       ///< Of that on a processor. For the rest it was blocked in a call, or
                             ///< the machine had no processor for it.
  std::uint64_t untold = 0;  ///< Stalls of that loop since its last report, too many to tell.
};

/// The report as one line: "task 7 holds loop 1 for 12 ms by now ...".
std::string format_stall(const stall_report& stall);
/// Writes that line to standard error.
void print_stall(const stall_report& stall);

/// Names the task that holds a loop for too long, while it still does.
///
/// While it lives, a thread of its own looks at all loops of the process, twice in the time of
/// `threshold`. A stall that lasts one and a half times the threshold is always seen, one below it
/// never. Each is counted (loop_counters::stalls); `told` is called once for each, on that thread,
/// but no more than once a second for one loop. It must not throw. At most one monitor at a time.
///
/// A loop under watch spends half a nanosecond more on a resume; one that is not, nothing.
///
///     int main() {
///       weir::stall_monitor monitor;  // 10 ms, to standard error
///       weir::loop home;
///       home.run(serve());
///     }
class stall_monitor {
 public:
  using callback = std::function<void(const stall_report&)>;

  static constexpr duration default_threshold = std::chrono::milliseconds(10);
  static constexpr duration least_threshold = std::chrono::milliseconds(1);
  static constexpr duration between_reports = std::chrono::seconds(1);

  /// Throws where the thread cannot be started.
  explicit stall_monitor(duration threshold = default_threshold, callback told = print_stall);
  stall_monitor(const stall_monitor&) = delete;
  stall_monitor& operator=(const stall_monitor&) = delete;
  /// Waits for a call of `told`.
  ~stall_monitor();

 private:
  void watch(duration between_looks);

  std::unique_ptr<detail::stall_watch> watch_;
  callback told_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ends_ = false;
  std::thread thread_;
};

}  // namespace weir
