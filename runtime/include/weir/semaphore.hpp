// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "weir/detail/with_result.hpp"
#include "weir/loop.hpp"

namespace weir {

/// A count of permits that tasks of one loop take and give back; first come, first served.
///
/// A large request at the head of the queue is not overtaken by small ones. Must outlive its
/// waiters.
class semaphore {
 public:
  class [[nodiscard]] acquire_operation;

  explicit semaphore(std::size_t permits) noexcept : available_(permits) {}
  semaphore(const semaphore&) = delete;
  semaphore& operator=(const semaphore&) = delete;

  std::size_t available() const noexcept { return available_; }

  /// Suspends until `permits` are free, and takes them. Throws, with none taken, when cancelled.
  acquire_operation acquire(std::size_t permits = 1) noexcept;
  /// Takes `permits` if they are free and nobody waits; true when it did.
  bool try_acquire(std::size_t permits = 1) noexcept {
    if (!waiting_.empty() || available_ < permits) return false;
    available_ -= permits;
    return true;
  }
  void release(std::size_t permits = 1) noexcept;

 private:
  class hook : public detail::list_hook {};
  detail::intrusive_list<acquire_operation, hook> waiting_;
  std::size_t available_;
};

/// The wait of semaphore::acquire().
class semaphore::acquire_operation final : public detail::suspension, private semaphore::hook {
 public:
  static constexpr bool is_selectable = true;

  acquire_operation(semaphore& from, std::size_t permits) noexcept
      : semaphore_(&from), permits_(permits) {}

  auto as_result() && { return detail::with_result<acquire_operation>(std::move(*this)); }

  bool await_ready() noexcept { return acquired_ = semaphore_->try_acquire(permits_); }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> waiting) noexcept {
    if (!park(waiting)) return false;
    semaphore_->waiting_.push_back(*this);
    return true;
  }
  void await_resume() const { finish().value(); }

  /// The outcome of the completed wait.
  result<void> finish() const {
    if (!acquired_) return error::cancelled();
    return {};
  }

 private:
  friend class semaphore;
  template <class, class>
  friend class detail::intrusive_list;
  void on_stop() noexcept override {
    hook::unlink();
    wake();
    semaphore_->release(0);  // A smaller request behind this one may fit now.
  }

  semaphore* semaphore_;
  std::size_t permits_;
  bool acquired_ = false;
};

inline semaphore::acquire_operation semaphore::acquire(std::size_t permits) noexcept {
  return {*this, permits};
}

inline void semaphore::release(std::size_t permits) noexcept {
  available_ += permits;
  while (!waiting_.empty() && waiting_.front().permits_ <= available_) {
    acquire_operation& next = waiting_.pop_front();
    available_ -= next.permits_;
    next.acquired_ = true;
    next.wake();
  }
}

}  // namespace weir
