// SPDX-License-Identifier: Apache-2.0
#include "weir/stall_monitor.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "death.hpp"
#include "place.hpp"
#include "run.hpp"
#include "weir/manual_reset_event.hpp"
#include "weir/yield.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.stall_monitor");

namespace {

/// Keeps what a monitor tells, and lets a task block its loop until it has been told of.
class told_stalls {
 public:
  auto listener() {
    return [this](const stall_report& stall) {
      const std::lock_guard lock(mutex_);
      stalls_.push_back(stall);
      changed_.notify_all();
    };
  }

  /// Blocks the calling thread. A busy machine stalls tasks, too: only the one asked for counts.
  stall_report wait_for(unsigned home, std::uint64_t task) {
    std::unique_lock lock(mutex_);
    for (;;) {
      const auto found = std::find_if(stalls_.begin(), stalls_.end(), [&](const stall_report& one) {
        return one.loop == home && one.task == task;
      });
      if (found != stalls_.end()) return *found;
      changed_.wait(lock);
    }
  }

  bool has_told_of(unsigned home) {
    const std::lock_guard lock(mutex_);
    return std::any_of(stalls_.begin(), stalls_.end(),
                       [&](const stall_report& one) { return one.loop == home; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<stall_report> stalls_;
};

}  // namespace

TEST_CASE("a task that holds its loop is named while it does") {
  told_stalls told;
  const stall_monitor monitor(1ms, told.listener());
  run([&]() -> task<> {
    const auto line = std::source_location::current().line() + 1;
    co_await yield();
    const stall_report stall = told.wait_for(loop::current().number(), 1);
    CHECK(stall.went_on_from.line() == line);
    CHECK(std::string_view(stall.spawned_at.file_name()).ends_with("run.hpp"));
    CHECK(stall.held >= 1ms);
    CHECK(stall.computed >= 0ms);
    CHECK(loop::current().counters().stalls >= 1);
    CHECK(loop::current().counters().longest_stall >= 1ms);
  });
}

TEST_CASE("of several loops the one that is held is named") {
  loop sleeper;
  told_stalls told;
  {
    const stall_monitor monitor(1ms, told.listener());
    std::thread([&] {
      run([&]() -> task<> {
        co_await yield();
        CHECK(told.wait_for(loop::current().number(), 1).task == 1);
      });
    }).join();
  }
  CHECK_FALSE(told.has_told_of(sleeper.number()));
}

TEST_CASE("a monitor that came when a task ran already does not guess the places") {
  told_stalls told;
  run([&]() -> task<> {
    {
      const stall_monitor earlier(1h);  // It lets the loop write the places down.
      co_await yield();
      co_await yield();
    }
    const stall_monitor monitor(1ms, told.listener());
    const stall_report stall = told.wait_for(loop::current().number(), 1);
    CHECK(stall.went_on_from.line() == 0);
    CHECK(stall.spawned_at.line() == 0);
  });
}

TEST_CASE("a monitor ends at once, however long its threshold is") {
  {
    const stall_monitor monitor(24h);
    CHECK(detail::loops_are_watched.load());
  }
  CHECK_FALSE(detail::loops_are_watched.load());
}

TEST_CASE("a second monitor, or a threshold below a millisecond, is an assertion") {
  const std::string second = death_of([] {
    const stall_monitor one;
    const stall_monitor other;
  });
  CHECK(second.find("assertion failed") != std::string::npos);
  const std::string too_fine = death_of([] { const stall_monitor one(999us); });
  CHECK(too_fine.find("assertion failed") != std::string::npos);
}

TEST_CASE("a stall is told in one line") {
  const auto here = std::source_location::current();
  const std::string place = detail::to_text(here);
  stall_report stall{.loop = 3,
                     .task = 7,
                     .went_on_from = here,
                     .spawned_at = here,
                     .held = 12ms,
                     .computed = 400us};
  CHECK(format_stall(stall) ==
        "task 7 holds loop 3 for 12 ms by now, of these 400 us on a "
        "processor; it went on from " +
            place + ", spawned at " + place);
  stall.went_on_from = {};
  stall.untold = 1;
  CHECK(format_stall(stall) ==
        "task 7 holds loop 3 for 12 ms by now, of these 400 us on a "
        "processor; it has awaited nothing yet, spawned at " +
            place + "; 1 stall before it not told");
  stall.spawned_at = {};
  stall.untold = 0;
  CHECK(format_stall(stall) ==
        "task 7 holds loop 3 for 12 ms by now, of these 400 us on a "
        "processor, spawned at an unknown place");
  stall.task = 0;
  CHECK(format_stall(stall) ==
        "a closure that was posted holds loop 3 for 12 ms by now, of these "
        "400 us on a processor");
}

TEST_SUITE_END();
