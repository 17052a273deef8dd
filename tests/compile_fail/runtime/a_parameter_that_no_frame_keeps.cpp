// SPDX-License-Identifier: Apache-2.0
// error: a coroutine takes what it is to keep by value
#include <string>

#include "weir/scope.hpp"

weir::task<> greet(std::string&& name) {
  static_cast<void>(name.size());
  co_return;
}
void start(weir::scope& children) { children.spawn(greet("Ada")); }
