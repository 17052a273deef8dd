// SPDX-License-Identifier: Apache-2.0
// A user's program on the runtime alone, built against an installed weir.
#include <weir/loop.hpp>
#include <weir/task.hpp>

weir::task<int> part() { co_return 20; }

weir::task<int> whole() {
  const int first = co_await part();
  co_return first + 22;
}

int main() {
  weir::loop loop;
  return loop.run(whole()) == 42 ? 0 : 1;
}
