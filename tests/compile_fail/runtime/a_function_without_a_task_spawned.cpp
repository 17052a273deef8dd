// SPDX-License-Identifier: Apache-2.0
// error: spawn takes a task<>, or a function without parameters
#include "weir/scope.hpp"

void start(weir::scope& children) {
  children.spawn([] { return 42; });
}
