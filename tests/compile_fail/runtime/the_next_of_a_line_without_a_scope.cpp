// SPDX-License-Identifier: Apache-2.0
// error: the line has tasks at work between its values and needs a scope
#include "weir/merge.hpp"

weir::stream<int> numbers();
weir::task<> ask() {
  auto line = weir::merge(numbers(), numbers());
  auto first = co_await line.next();
}
