// SPDX-License-Identifier: Apache-2.0
// error: select() takes operations that have no effect until they win
#include "weir/blocking.hpp"
#include "weir/select.hpp"
#include "weir/sleep.hpp"

weir::task<> wait() {
  co_await weir::select(weir::blocking([] { return 1; }), weir::sleep_until({}));
}
