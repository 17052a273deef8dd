// SPDX-License-Identifier: Apache-2.0
// error: nodiscard
#include "weir/task.hpp"

weir::task<> work() { co_return; }
void forget() { work(); }
