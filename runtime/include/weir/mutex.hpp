// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <utility>

#include "weir/semaphore.hpp"

namespace weir {

/// What one task of a loop holds at a time, across its awaits; first come, first served.
///
/// Between two awaits a task is alone on its loop anyway: a mutex is for what must stay whole while
/// its holder waits. Not recursive: a task that locks twice waits for ever. Must outlive its
/// waiters and holders.
///
///     const auto held = co_await file_lock.lock();
class mutex {
 public:
  class guard;
  class [[nodiscard]] lock_operation;

  bool is_locked() const noexcept { return free_.available() == 0; }

  /// Suspends until nobody holds the mutex; gives the guard that holds it. Throws, without it, when
  /// cancelled.
  lock_operation lock() noexcept;
  /// The guard, if nobody holds the mutex or waits for it.
  std::optional<guard> try_lock() noexcept;

 private:
  semaphore free_{1};
};

/// Holds a mutex until it is destroyed.
class [[nodiscard]] mutex::guard {
 public:
  guard(guard&& other) noexcept : held_(std::exchange(other.held_, nullptr)) {}
  guard& operator=(guard&& other) noexcept {
    std::swap(held_, other.held_);
    return *this;
  }
  ~guard() {
    if (held_ != nullptr) held_->free_.release();
  }

 private:
  friend class mutex;
  friend class mutex::lock_operation;
  explicit guard(mutex& held) noexcept : held_(&held) {}

  mutex* held_;
};

/// The wait of mutex::lock().
class mutex::lock_operation final {
 public:
  explicit lock_operation(mutex& wanted) noexcept
      : mutex_(&wanted), acquiring_(wanted.free_.acquire()) {}

  auto as_result() && { return detail::with_result<lock_operation>(std::move(*this)); }

  bool await_ready() noexcept { return acquiring_.await_ready(); }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> waiting) noexcept {
    return acquiring_.await_suspend(waiting);
  }
  guard await_resume() const { return finish().value(); }

  /// The outcome of the completed wait.
  result<guard> finish() const {
    const auto acquired = acquiring_.finish();
    if (!acquired.has_value()) return acquired.error();
    return guard(*mutex_);
  }

 private:
  mutex* mutex_;
  semaphore::acquire_operation acquiring_;
};

inline mutex::lock_operation mutex::lock() noexcept { return lock_operation(*this); }

inline std::optional<mutex::guard> mutex::try_lock() noexcept {
  if (!free_.try_acquire()) return std::nullopt;
  return guard(*this);
}

}  // namespace weir
