// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "weir/semaphore.hpp"

namespace weir::detail {

/// Permits of a semaphore that go back when this is destroyed: what holds a mutex or another lock.
class [[nodiscard]] permits {
 public:
  /// Takes over `count` permits that were acquired.
  permits(semaphore& from, std::size_t count) noexcept : from_(&from), count_(count) {}
  permits(permits&& other) noexcept
      : from_(std::exchange(other.from_, nullptr)), count_(other.count_) {}
  permits& operator=(permits&& other) noexcept {
    std::swap(from_, other.from_);
    std::swap(count_, other.count_);
    return *this;
  }
  ~permits() {
    if (from_ != nullptr) from_->release(count_);
  }

 private:
  semaphore* from_;
  std::size_t count_;
};

/// The wait for permits that gives them as an object.
class [[nodiscard]] hold_operation final {
 public:
  static constexpr bool is_selectable = true;

  hold_operation(semaphore& from, std::size_t count) noexcept
      : from_(&from), count_(count), acquiring_(from.acquire(count)) {}

  auto as_result() && { return with_result<hold_operation>(std::move(*this)); }
  suspension& leaf() noexcept { return acquiring_; }

  bool await_ready() noexcept { return acquiring_.await_ready(); }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> waiting) noexcept {
    return acquiring_.await_suspend(waiting);
  }
  permits await_resume() const { return finish().value(); }

  /// The outcome of the completed wait.
  result<permits> finish() const {
    const auto acquired = acquiring_.finish();
    if (!acquired.has_value()) return acquired.error();
    return permits(*from_, count_);
  }

 private:
  semaphore* from_;
  std::size_t count_;
  semaphore::acquire_operation acquiring_;
};

}  // namespace weir::detail
