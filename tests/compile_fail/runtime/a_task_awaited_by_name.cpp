// SPDX-License-Identifier: Apache-2.0
// error: weir::task<int>
#include "weir/task.hpp"

weir::task<int> twice(weir::task<int> work) { co_return co_await work + co_await work; }
