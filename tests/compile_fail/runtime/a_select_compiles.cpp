// SPDX-License-Identifier: Apache-2.0
// compiles
#include "weir/channel.hpp"
#include "weir/poll.hpp"
#include "weir/select.hpp"
#include "weir/sleep.hpp"

weir::task<> wait(weir::channel<int>& values, int descriptor) {
  co_await weir::select(values.receive(), weir::poll(descriptor, POLLIN), weir::sleep_until({}));
}
