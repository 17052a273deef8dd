// SPDX-License-Identifier: Apache-2.0
// error: select() takes operations that have no effect until they win
#include "weir/select.hpp"
#include "weir/sleep.hpp"

weir::task<> wait(weir::task<int> work) {
  co_await weir::select(std::move(work), weir::sleep_until({}));
}
