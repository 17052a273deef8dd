// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <source_location>

#include "weir/detail/inbox_item.hpp"
#include "weir/detail/suspension.hpp"
#include "weir/loop.hpp"

namespace weir::detail {

/// The wait for a task on another loop: call_on() without its types.
///
/// Its parts belong to two threads, one after the other: the caller's until the start is posted,
/// the target's until the end is posted, then the caller's again. Only `state_` is touched by both.
class remote_call : public suspension, private task_owner {
 public:
  bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> waiting) noexcept {
    if (!park(waiting)) return false;
    const stop_context* stop = waiting.promise().stop();
    begin(stop == nullptr ? time_point::max() : stop->deadline());
    return true;
  }

 protected:
  remote_call(weir::loop& target, std::source_location where) noexcept
      : target_(&target), where_(where) {}
  /// Before it is awaited.
  remote_call(remote_call&& other) noexcept
      : suspension(std::move(other)), target_(other.target_), where_(other.where_) {}
  ~remote_call() = default;

  /// True when the call was made and has ended.
  bool has_ended() const noexcept { return state_.load(std::memory_order_relaxed) == state::ended; }
  /// On the target: makes the task; null when that failed, and the failure is kept.
  virtual promise_base* make(std::coroutine_handle<>& frame) noexcept = 0;
  /// On the target: keeps what the task ended with, and destroys its frame.
  virtual void keep_outcome() noexcept = 0;

 private:
  enum class state : std::uint8_t { running, stopping, ended };

  /// A step of the call that one loop posts to the other.
  template <void (remote_call::*Work)() noexcept>
  struct step final : inbox_item {
    explicit step(remote_call& of) noexcept : call(of) {}
    void run() noexcept override { (call.*Work)(); }
    remote_call& call;
  };

  void begin(time_point deadline) noexcept;
  void on_stop() noexcept final;
  void start_there() noexcept;
  void stop_there() noexcept;
  void task_done(promise_base& ended) noexcept final;
  void end_there() noexcept;
  void end_here() noexcept { wake(); }

  weir::loop* target_;
  std::source_location where_;
  time_point deadline_ = time_point::max();
  std::optional<stop_context> context_;  ///< The task's, on the target.
  std::atomic<state> state_{state::running};
  bool stop_came_ = false;  ///< On the target.
  step<&remote_call::start_there> start_{*this};
  step<&remote_call::stop_there> stop_{*this};
  step<&remote_call::end_here> end_{*this};
};

}  // namespace weir::detail
