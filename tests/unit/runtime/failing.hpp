// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/error.hpp"
#include "weir/task.hpp"
#include "weir/yield.hpp"

namespace weir::test {

/// An error that is told from others by its text.
inline error failure(const char* text) { return {errc::unavailable, disposition::retry, text}; }

/// A task that lets `turns` rounds pass and then fails with `text`.
inline task<> fail_after(int turns, const char* text) {
  for (int turn = 0; turn < turns; ++turn) co_await yield();
  throw failure(text);
}

/// A task that lets `turns` rounds pass and then gives `value`.
template <class T>
task<T> value_after(int turns, T value) {
  for (int turn = 0; turn < turns; ++turn) co_await yield();
  co_return value;
}

}  // namespace weir::test
