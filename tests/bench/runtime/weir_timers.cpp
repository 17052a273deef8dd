// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <random>

#include "cpu_time.hpp"
#include "operations.hpp"
#include "weir/scope.hpp"
#include "weir/sleep.hpp"
#include "weir/timeout.hpp"
#include "weir/yield.hpp"

namespace weir::bench {
namespace {

/// A moment that no benchmark lives to see.
class far_moments {
 public:
  std::chrono::seconds next() { return std::chrono::seconds(seconds_(random_)); }

 private:
  std::minstd_rand random_;
  std::uniform_int_distribution<int> seconds_{3'600, 7'200};
};

class silent_timer final : public detail::timer {
 public:
  void on_timer() noexcept override {}
};

task<> hold_timer(std::chrono::seconds wait) { co_await sleep(wait); }

task<> count_up(int& count) {
  ++count;
  co_return;
}

/// Measures `work(moments)`, done `armed_timers` times among `live_timers` that wait.
template <class Work>
task<double> among_live_timers(Work work) {
  far_moments moments;
  scope sleepers;
  for (int count = 0; count < live_timers; ++count) sleepers.spawn(hold_timer(moments.next()));
  while (loop::current().timers().size() < live_timers) co_await yield();
  const double start = thread_cpu_ns();
  co_await work(moments);
  const double spent = thread_cpu_ns() - start;
  co_await sleepers.close();
  co_return spent / armed_timers;
}

task<> arm_and_cancel(far_moments& moments) {
  detail::timer_queue& timers = loop::current().timers();
  for (int count = 0; count < armed_timers; ++count) {
    silent_timer armed;
    timers.arm(armed, loop::current().now() + moments.next());
    timers.disarm(armed);
  }
  co_return;
}

task<> run_limited(far_moments& moments) {
  int ended = 0;
  for (int count = 0; count < armed_timers; ++count) {
    co_await with_timeout(moments.next(), count_up(ended));
  }
  WEIR_ASSERT(ended == armed_timers);
}

}  // namespace

double weir_timer() { return loop().run(among_live_timers(arm_and_cancel)); }
double weir_limited_task() { return loop().run(among_live_timers(run_limited)); }

}  // namespace weir::bench
