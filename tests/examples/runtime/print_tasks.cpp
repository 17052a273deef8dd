// SPDX-License-Identifier: Apache-2.0
#include "weir/print_tasks.hpp"

#include <doctest/doctest.h>

#include <csignal>

#include "weir/loop.hpp"
#include "weir/scope.hpp"
#include "weir/yield.hpp"

TEST_SUITE_BEGIN("examples.runtime");

namespace {

weir::task<> serve(weir::signal_set& look) {
  co_await weir::with_scope([&](weir::scope& children) -> weir::task<> {
    children.spawn(weir::print_tasks_on(look));
    raise(SIGUSR1);  // Or from a shell: kill -USR1 PID.
    while (weir::loop::current().counters().posts == 0) co_await weir::yield();
  });
}

}  // namespace

TEST_CASE("print_tasks: a signal prints the live tasks to standard error") {
  weir::signal_set look({SIGUSR1});
  weir::loop home;
  home.run(serve(look));
  CHECK(home.counters().posts == 1);
}

TEST_SUITE_END();
