// SPDX-License-Identifier: Apache-2.0
// A program with tasks of all kinds. It prints them, and aborts: gdb must show the same.
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "weir/manual_reset_event.hpp"
#include "weir/scope.hpp"
#include "weir/sleep.hpp"
#include "weir/stream.hpp"
#include "weir/timeout.hpp"
#include "weir/yield.hpp"

namespace {

using namespace weir;

task<> wait_for(manual_reset_event& awaited) { co_await awaited.wait(); }

task<> descend(manual_reset_event& awaited, int depth) {
  if (depth > 0) {
    co_await descend(awaited, depth - 1);
  } else {
    co_await wait_for(awaited);
  }
}

stream<int> numbers(manual_reset_event& awaited) {
  co_yield 1;
  co_await awaited.wait();
}

task<> consume(manual_reset_event& awaited) {
  auto source = numbers(awaited);
  while (co_await source.next()) continue;
}

struct server {
  task<> operator()(scope& family, manual_reset_event& awaited) const {
    for (int count = 0; count < 3; ++count) family.spawn(wait_for(awaited));
    co_await with_timeout(std::chrono::hours(1), wait_for(awaited));
  }
};

task<> leave_behind(scope& family, manual_reset_event& awaited) {
  family.spawn(consume(awaited));
  co_return;
}

task<> look_and_abort() {
  manual_reset_event never;
  manual_reset_event released;
  co_await with_scope([&](scope& children) -> task<> {
    const server twice;
    for (int count = 0; count < 2; ++count) children.spawn(twice(children, never));
    children.spawn(leave_behind(children, never));
    children.spawn(descend(never, 40));
    children.spawn(wait_for(released));
    co_await yield();
    co_await yield();
    released.set();
    children.spawn(wait_for(never));
    std::printf("begin\n%send\n", loop::current().describe_tasks().c_str());
    std::fflush(stdout);
    std::abort();
  });
}

}  // namespace

int main() {
  weir::loop home;
  home.run(look_and_abort());
}
