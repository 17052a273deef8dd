// SPDX-License-Identifier: Apache-2.0
// error: deleted
#include "weir/task.hpp"

weir::task<int> both(weir::task<int> work) {
  weir::task<int> copy = work;
  co_return co_await std::move(copy) + co_await std::move(work);
}
