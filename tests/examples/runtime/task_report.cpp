// SPDX-License-Identifier: Apache-2.0
#include "weir/task_report.hpp"

#include <doctest/doctest.h>

#include <string>

#include "weir/loop.hpp"
#include "weir/manual_reset_event.hpp"
#include "weir/scope.hpp"
#include "weir/yield.hpp"

TEST_SUITE_BEGIN("examples.runtime");

namespace {

weir::task<> handle(weir::manual_reset_event& answer) { co_await answer.wait(); }

weir::task<std::string> look_around() {
  weir::manual_reset_event answer;
  co_return co_await weir::with_scope([&](weir::scope& children) -> weir::task<std::string> {
    for (int count = 0; count < 3; ++count) children.spawn(handle(answer));
    co_await weir::yield();
    for (const auto& task : weir::loop::current().tasks()) {
      CHECK(task.spawner == (task.id == 1 ? 0 : 1));
    }
    co_return weir::loop::current().describe_tasks();
  });
}

}  // namespace

TEST_CASE("task_report: the live tasks as reports for a program, and as a text") {
  weir::loop home;
  const std::string text = home.run(look_around());
  CHECK(text.starts_with("4 tasks: 1 running, 0 ready, 3 waiting\n"));
  CHECK(text.ends_with("  and 2 more like it, the last is task 4\n"));
}

TEST_SUITE_END();
