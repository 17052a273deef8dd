// SPDX-License-Identifier: Apache-2.0
#include "weir/print_tasks.hpp"

#include <cstdio>

#include "loop_registry.hpp"
#include "weir/loop.hpp"

namespace weir {
namespace {

void print_tasks_of(loop& home) {
  std::string text = "loop " + std::to_string(home.number()) + " on " +
                     std::string(home.driver().name()) + ", " + home.describe_tasks();
  // In one piece: other loops print too.
  std::fwrite(text.data(), 1, text.size(), stderr);
}

}  // namespace

void print_tasks() {
  detail::all_loops.for_each([](detail::loop_activity& one) {
    loop& home = *one.home;
    home.post([&home] { print_tasks_of(home); });
  });
}

task<> print_tasks_on(signal_set& signals) {
  for (;;) {
    co_await signals.next();
    print_tasks();
  }
}

}  // namespace weir
