// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <functional>
#include <memory>

#include "epoll_driver.hpp"

namespace weir::test {

/// Real sockets and files in a time of the bench's own: it stands still while anything is under
/// way, and goes on, from one timer to the next, only as far as it is told to.
///
/// Under way are ready tasks, operations on descriptors, and calls on helper threads. So a timer
/// never fires because a server took long to answer. The exception are operations that wait for
/// others of the same program, at the server: see on_silence().
class bench_driver final : public epoll_driver {
 public:
  /// How a stretch of time has ended.
  enum class stretch_end : unsigned char {
    at_rest,  ///< All that was due has been done, and nothing is under way.
    stuck     ///< Something was under way for longer than anybody's patience, in real time.
  };

  /// `random` is the seed of all that is random on the loop; `start` the first time of day.
  bench_driver(std::uint64_t seed, std::chrono::system_clock::time_point start) noexcept;

  /// Lets time pass until `until`, with `patience` of real time for each of its steps; then calls
  /// `on_end`, which must not run user code, once.
  void begin_stretch(time_point until, duration patience, std::function<void(stretch_end)> on_end);
  /// Ends it early, without a call.
  void end_stretch() noexcept { on_end_ = nullptr; }
  /// Told of the time of day whenever that has moved.
  void on_time(std::function<void(std::chrono::system_clock::time_point)> told) {
    told_ = std::move(told);
  }

  /// Asked how many operations cannot end before another task of the loop goes on, when those in
  /// flight have been silent for a while. If that is all of them, time passes.
  void on_silence(std::function<std::size_t()> count_stuck) {
    count_stuck_ = std::move(count_stuck);
  }

  std::string_view name() const noexcept override { return "bench"; }
  void start(io_work& operation) noexcept override;
  time_point now() const noexcept override { return now_; }
  std::chrono::system_clock::time_point wall_clock() const noexcept override;
  std::uint64_t random() noexcept override { return random_.next(); }
  void wait(time_point until) override;
  std::uint64_t offload(std::function<void()> call) override;
  bool take_back(std::uint64_t offloaded) noexcept override;

 private:
  void begin_step() noexcept;
  bool look();
  void break_silence() noexcept;
  bool all_stuck(std::size_t in_flight);
  void move_to(time_point when);
  void finish(stretch_end how);

  detail::split_mix random_;
  const std::chrono::system_clock::time_point start_;
  time_point now_;
  std::shared_ptr<std::atomic<int>> helpers_ = std::make_shared<std::atomic<int>>(0);

  std::function<void(std::chrono::system_clock::time_point)> told_;
  std::function<std::size_t()> count_stuck_;
  std::size_t known_stuck_ = 0;  ///< As of the last operation that was started or has ended.
  std::chrono::steady_clock::time_point silent_since_;
  std::function<void(stretch_end)> on_end_;  ///< Empty while no stretch has begun.
  time_point until_ = {};
  duration patience_ = {};
  std::chrono::steady_clock::time_point give_up_at_;  ///< In real time.
  std::uint64_t looks_ = 0;                           ///< Since the last step of time.
};

}  // namespace weir::test
