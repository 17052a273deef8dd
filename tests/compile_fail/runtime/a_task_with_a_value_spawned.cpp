// SPDX-License-Identifier: Apache-2.0
// error: spawn takes a task<>, since nobody would get the value
#include "weir/scope.hpp"

weir::task<int> answer() { co_return 42; }
void start(weir::scope& children) { children.spawn(answer()); }
