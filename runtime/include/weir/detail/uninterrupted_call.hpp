// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <type_traits>
#include <variant>

#include "weir/loop.hpp"

namespace weir::detail {

/// A call on a helper thread, as blocking() makes them, that is awaited to its end once it has
/// begun. It may therefore use what its caller owns, and what it did is never unknown.
///
/// Cancelled before it has begun it is not made, and this throws.
template <class F>
class [[nodiscard]] uninterrupted_call final : public suspension {
 public:
  using value = std::invoke_result_t<F&>;

  explicit uninterrupted_call(F work) : work_(std::move(work)) {}

  bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> waiting) {
    if (!park(waiting)) return false;
    try {
      offloaded_ = home().driver().offload([this, &back = home()] {
        run();
        back.post([this] { end(); });
      });
    } catch (...) {
      failure_ = std::current_exception();
      end();
    }
    return true;
  }
  value await_resume() {
    if (!ended_) throw error::cancelled();
    if (failure_) std::rethrow_exception(failure_);
    if constexpr (!std::is_void_v<value>) return std::move(*value_);
  }

 private:
  void run() noexcept {
    try {
      if constexpr (std::is_void_v<value>) {
        work_();
      } else {
        value_.emplace(work_());
      }
    } catch (...) {
      failure_ = std::current_exception();
    }
  }
  void end() noexcept {
    ended_ = true;
    wake();
  }
  void on_stop() noexcept override {
    if (home().driver().take_back(offloaded_)) wake();
  }

  F work_;
  std::uint64_t offloaded_ = 0;
  std::optional<std::conditional_t<std::is_void_v<value>, std::monostate, value>> value_;
  std::exception_ptr failure_;
  bool ended_ = false;
};

}  // namespace weir::detail
