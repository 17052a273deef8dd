// SPDX-License-Identifier: Apache-2.0
#include <asio.hpp>
#include <asio/experimental/awaitable_operators.hpp>
#include <chrono>
#include <memory>
#include <random>
#include <vector>

#include "cpu_time.hpp"
#include "operations.hpp"
#include "weir/assert.hpp"

namespace weir::bench {
namespace {

using asio::experimental::awaitable_operators::operator||;

constexpr int cancels_at_a_time = 100;  // before their handlers are run

/// A moment that no benchmark lives to see.
class far_moments {
 public:
  std::chrono::seconds next() { return std::chrono::seconds(seconds_(random_)); }

 private:
  std::minstd_rand random_;
  std::uniform_int_distribution<int> seconds_{3'600, 7'200};
};

using timers = std::vector<std::unique_ptr<asio::steady_timer>>;

timers live_ones(asio::io_context& io, far_moments& moments) {
  timers live;
  for (int count = 0; count < live_timers; ++count) {
    live.push_back(std::make_unique<asio::steady_timer>(io, moments.next()));
    live.back()->async_wait([](asio::error_code) {});
  }
  return live;
}

asio::awaitable<void> count_up(int& count) {
  ++count;
  co_return;
}

asio::awaitable<void> run_limited(asio::io_context& io, far_moments& moments, double& spent) {
  int ended = 0;
  const double start = thread_cpu_ns();
  for (int count = 0; count < armed_timers; ++count) {
    asio::steady_timer limit(io, moments.next());
    co_await (count_up(ended) || limit.async_wait(asio::use_awaitable));
  }
  spent = thread_cpu_ns() - start;
  WEIR_ASSERT(ended == armed_timers);
  io.stop();
}

}  // namespace

double asio_timer() {
  far_moments moments;
  asio::io_context io(1);
  const timers live = live_ones(io, moments);
  int ended = 0;
  const double start = thread_cpu_ns();
  for (int count = 0; count < armed_timers; ++count) {
    asio::steady_timer armed(io, moments.next());
    armed.async_wait([&ended](asio::error_code) { ++ended; });
    armed.cancel();
    if (count % cancels_at_a_time == cancels_at_a_time - 1) io.poll();
  }
  const double spent = thread_cpu_ns() - start;
  WEIR_ASSERT(ended == armed_timers);
  return spent / armed_timers;
}

double asio_limited_task() {
  far_moments moments;
  asio::io_context io(1);
  const timers live = live_ones(io, moments);
  double spent = 0;
  asio::co_spawn(io, run_limited(io, moments, spent), asio::detached);
  io.run();
  return spent / armed_timers;
}

}  // namespace weir::bench
