// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "weir/error.hpp"
#include "weir/sleep.hpp"
#include "weir/task.hpp"

namespace weir::test {

/// What a server in trouble answers.
inline error refused() { return {errc::unavailable, disposition::retry, "connection refused"}; }
/// What a server answers to a wrong question.
inline error nonsense() { return {errc::invalid_argument, disposition::permanent, "no such item"}; }

inline task<int> succeed(int value = 42) { co_return value; }
inline task<int> fail_with(error why) {
  throw why;
  co_return 0;
}
inline task<int> answer_after(duration wait, int value = 42) {
  co_await sleep(wait);
  co_return value;
}

/// The error of a result that must have one.
template <class T>
std::string error_text(const result<T>& outcome) {
  return outcome.has_value() ? "no error" : outcome.error().message();
}

}  // namespace weir::test
