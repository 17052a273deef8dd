// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <type_traits>

#include "weir/detail/blocking_pool.hpp"
#include "weir/detail/with_result.hpp"
#include "weir/loop.hpp"

namespace weir {

/// The wait of blocking().
template <class F>
class [[nodiscard]] blocking_operation final : public detail::suspension {
 public:
  using value = std::invoke_result_t<F&>;

  explicit blocking_operation(F work) : work_(std::move(work)) {}

  auto as_result() && { return detail::with_result<blocking_operation>(std::move(*this)); }

  bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> waiting) {
    if (!park(waiting)) return false;
    job_ = std::make_shared<job>(std::move(*work_), *this);
    work_.reset();
    try {
      queued_ = home().driver().offload([shared = job_]() mutable {
        shared->run();
        weir::loop& back = shared->home;
        back.post([done = std::move(shared)] { done->deliver(); });
      });
      home().hold();  // The post is taken up by this thread, so not before this line.
    } catch (...) {
      job_->failure = std::current_exception();
      job_->ended = true;
      wake();
    }
    return true;
  }
  value await_resume() {
    if (!job_ || !job_->ended) throw error::cancelled();
    if (job_->failure) std::rethrow_exception(job_->failure);
    if constexpr (!std::is_void_v<value>) return std::move(*job_->result);
  }

  /// The outcome of the completed wait.
  result<value> finish() {
    try {
      if constexpr (std::is_void_v<value>) {
        await_resume();
        return {};
      } else {
        return await_resume();
      }
    } catch (...) {
      return to_error(std::current_exception());
    }
  }

 private:
  /// Outlives the wait when that is cancelled: the thread cannot be stopped, only not waited for.
  struct job {
    job(F closure, blocking_operation& waiter)
        : work(std::move(closure)), home(waiter.home()), waiting(&waiter) {}

    void run() noexcept {
      try {
        if constexpr (std::is_void_v<value>) {
          work();
        } else {
          result.emplace(work());
        }
      } catch (...) {
        failure = std::current_exception();
      }
    }
    void deliver() noexcept {
      home.let_go();
      ended = true;
      if (waiting != nullptr) waiting->wake();
    }

    F work;
    weir::loop& home;
    blocking_operation* waiting;
    std::optional<std::conditional_t<std::is_void_v<value>, std::monostate, value>> result;
    std::exception_ptr failure;
    bool ended = false;
  };

  void on_stop() noexcept override {
    job_->waiting = nullptr;
    if (home().driver().take_back(queued_)) home().let_go();
    wake();
  }

  std::optional<F> work_;
  std::shared_ptr<job> job_;
  std::uint64_t queued_ = 0;
};

/// Runs `work()` on a helper thread and gives what it returns or throws what it throws.
///
/// For calls that block (getaddrinfo, a library's connect). At most `blocking_threads_max` run at a
/// time and `blocking_queued_max` wait for their turn; beyond that it throws `limit_exceeded`
/// (retry), and a system error (retry) where there is no thread and none can be started. A
/// cancelled wait throws at once. The call is then not made if it has not begun; else it runs on to
/// its end and its value is dropped, so `work` must own (not refer to) what it uses.
template <class F>
blocking_operation<F> blocking(F work) {
  return blocking_operation<F>(std::move(work));
}

}  // namespace weir
