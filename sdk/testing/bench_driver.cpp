// SPDX-License-Identifier: Apache-2.0
#include "bench_driver.hpp"

#include <utility>

namespace weir::test {
namespace {

/// Where the loop's clock begins: a moment for which "a while ago" is one, too.
constexpr time_point first_moment = time_point(std::chrono::hours(24));

/// How long the loop sleeps at most before it looks again. A helper thread posts its result a
/// moment before it is counted as done, so that is looked at soon.
constexpr duration look_interval = std::chrono::milliseconds(10);
constexpr duration helper_look_interval = std::chrono::milliseconds(1);
/// How often the loop looks before its patience can end: a program that was not let run for a while
/// does not hang.
constexpr std::uint64_t looks_min = 10;
/// How long operations are in flight before anybody asks whether they can end: long enough for
/// PostgreSQL to find a deadlock, which it looks for after 5 ms here.
constexpr duration silence_limit = std::chrono::milliseconds(100);

}  // namespace

bench_driver::bench_driver(std::uint64_t seed, std::chrono::system_clock::time_point start) noexcept
    : random_(seed), start_(start), now_(first_moment) {}

std::chrono::system_clock::time_point bench_driver::wall_clock() const noexcept {
  return start_ +
         std::chrono::duration_cast<std::chrono::system_clock::duration>(now_ - first_moment);
}

void bench_driver::begin_stretch(time_point until, duration patience,
                                 std::function<void(stretch_end)> on_end) {
  until_ = until;
  patience_ = patience;
  on_end_ = std::move(on_end);
  begin_step();
}

void bench_driver::begin_step() noexcept {
  give_up_at_ = std::chrono::steady_clock::now() + patience_;
  looks_ = 0;
}

void bench_driver::wait(time_point until) {
  const bool is_late = ++looks_ > looks_min && std::chrono::steady_clock::now() > give_up_at_;
  if (on_end_ && is_late) return finish(stretch_end::stuck);
  // Asked before the kernel is: what a helper thread posts before it is counted as done is then
  // seen there.
  const bool has_helpers = helpers_->load(std::memory_order_acquire) != 0;
  if (look() || until <= now_) return;
  const std::size_t in_flight = io_in_flight();
  if (has_helpers || !on_end_ || (in_flight > 0 && !all_stuck(in_flight))) {
    return epoll_driver::wait(now_ + (has_helpers ? helper_look_interval : look_interval));
  }
  if (until > until_) {
    move_to(until_);
    return finish(stretch_end::at_rest);
  }
  move_to(until);
  begin_step();
}

/// Takes what the kernel has; true when that was something.
bool bench_driver::look() {
  const auto before = counters_.completions + counters_.wakes;
  epoll_driver::wait(time_point::min());
  const bool came = counters_.completions + counters_.wakes != before;
  if (came) break_silence();
  return came;
}

void bench_driver::start(io_work& operation) noexcept {
  break_silence();
  epoll_driver::start(operation);
}

void bench_driver::break_silence() noexcept {
  known_stuck_ = 0;
  silent_since_ = std::chrono::steady_clock::now();
}

bool bench_driver::all_stuck(std::size_t in_flight) {
  const bool is_silent = std::chrono::steady_clock::now() - silent_since_ > silence_limit;
  if (known_stuck_ != in_flight && is_silent && count_stuck_) known_stuck_ = count_stuck_();
  return known_stuck_ == in_flight;
}

void bench_driver::move_to(time_point when) {
  if (when <= now_) return;
  now_ = when;
  if (told_) told_(wall_clock());
}

void bench_driver::finish(stretch_end how) { std::exchange(on_end_, nullptr)(how); }

std::uint64_t bench_driver::offload(std::function<void()> call) {
  helpers_->fetch_add(1, std::memory_order_relaxed);
  try {
    return epoll_driver::offload([call = std::move(call), helpers = helpers_] {
      call();
      helpers->fetch_sub(1, std::memory_order_release);
    });
  } catch (...) {
    helpers_->fetch_sub(1, std::memory_order_relaxed);
    throw;
  }
}

bool bench_driver::take_back(std::uint64_t offloaded) noexcept {
  if (!epoll_driver::take_back(offloaded)) return false;
  helpers_->fetch_sub(1, std::memory_order_relaxed);
  return true;
}

}  // namespace weir::test
