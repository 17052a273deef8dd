// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <coroutine>
#include <utility>

#include "weir/result.hpp"

namespace weir::detail {

/// The form of a leaf awaitable that gives its outcome as a result instead of throwing.
///
/// `Operation` has `finish()`, which makes the result<T> of a completed wait.
template <class Operation>
class [[nodiscard]] with_result final {
 public:
  explicit with_result(Operation&& operation) noexcept : operation_(std::move(operation)) {}

  bool await_ready() { return operation_.await_ready(); }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> waiting) {
    return operation_.await_suspend(waiting);
  }
  auto await_resume() { return operation_.finish(); }

 private:
  Operation operation_;
};

}  // namespace weir::detail
