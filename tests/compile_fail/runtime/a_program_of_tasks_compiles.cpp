// SPDX-License-Identifier: Apache-2.0
// compiles
#include "weir/scope.hpp"
#include "weir/stream_operators.hpp"

weir::task<int> answer() { co_return 42; }
weir::task<> keep(int& into) { into = co_await answer(); }
weir::task<> start(weir::scope& children, int& into, int number) {
  children.spawn(keep(into));
  children.spawn([&into, number]() -> weir::task<> { into = number + co_await answer(); });
  co_await children.join();
}
auto halve(weir::stream<int> numbers) { return std::move(numbers) | weir::take(2); }
