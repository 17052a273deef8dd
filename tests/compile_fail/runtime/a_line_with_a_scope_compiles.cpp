// SPDX-License-Identifier: Apache-2.0
// compiles
#include "weir/merge.hpp"

weir::stream<int> numbers();
weir::task<> ask(weir::scope& children) {
  auto line = weir::merge(numbers(), numbers()) | weir::in_scope(children);
  auto first = co_await line.next();
}
