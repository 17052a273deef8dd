// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>
#include <utility>

#include "weir/semaphore.hpp"

namespace weir {

/// What many tasks of a loop may read at a time, or one may write; first come, first served.
///
/// A writer that waits is not overtaken by readers who come later, so neither side starves. Not
/// recursive: a task that holds it and waits for it again may wait for ever. Must outlive its
/// waiters and holders.
class read_write_lock {
 public:
  class guard;
  class [[nodiscard]] lock_operation;

  /// Suspends until nobody writes; gives the guard that holds the lock for reading. Throws, without
  /// it, when cancelled.
  lock_operation read() noexcept;
  /// Suspends until nobody reads or writes; gives the guard that holds the lock for writing.
  lock_operation write() noexcept;

 private:
  /// A reader takes one permit, a writer all of them.
  static constexpr std::size_t readers_max = std::numeric_limits<std::size_t>::max() / 2;

  semaphore free_{readers_max};
};

/// Holds a lock until it is destroyed.
class [[nodiscard]] read_write_lock::guard {
 public:
  guard(guard&& other) noexcept
      : held_(std::exchange(other.held_, nullptr)), permits_(other.permits_) {}
  guard& operator=(guard&& other) noexcept {
    std::swap(held_, other.held_);
    std::swap(permits_, other.permits_);
    return *this;
  }
  ~guard() {
    if (held_ != nullptr) held_->free_.release(permits_);
  }

 private:
  friend class read_write_lock::lock_operation;
  guard(read_write_lock& held, std::size_t permits) noexcept : held_(&held), permits_(permits) {}

  read_write_lock* held_;
  std::size_t permits_;
};

/// The wait of read_write_lock::read() and write().
class read_write_lock::lock_operation final {
 public:
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
    return guard(*lock_, permits_);
  }

 private:
  friend class read_write_lock;
  lock_operation(read_write_lock& wanted, std::size_t permits) noexcept
      : lock_(&wanted), permits_(permits), acquiring_(wanted.free_.acquire(permits)) {}

  read_write_lock* lock_;
  std::size_t permits_;
  semaphore::acquire_operation acquiring_;
};

inline read_write_lock::lock_operation read_write_lock::read() noexcept { return {*this, 1}; }

inline read_write_lock::lock_operation read_write_lock::write() noexcept {
  return {*this, readers_max};
}

}  // namespace weir
