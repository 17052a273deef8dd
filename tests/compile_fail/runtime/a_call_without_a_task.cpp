// SPDX-License-Identifier: Apache-2.0
// error: call_on() takes a function without parameters that gives a task
#include "weir/call_on.hpp"

weir::task<int> ask(weir::loop& other) {
  co_return co_await weir::call_on(other, [] { return 1; });
}
