// SPDX-License-Identifier: Apache-2.0
#include "weir/task_report.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "run.hpp"
#include "weir/manual_reset_event.hpp"
#include "weir/scope.hpp"
#include "weir/sleep.hpp"
#include "weir/yield.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.task_report");

namespace {

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

std::string name_of(const std::source_location& place) { return place.function_name(); }

task<> wait_for(manual_reset_event& awaited) { co_await awaited.wait(); }

task<> pass_on(manual_reset_event& awaited) { co_await wait_for(awaited); }

/// Lets others run until so many tasks wait.
task<> let_wait(std::ptrdiff_t count) {
  const auto waits = [](const task_report& one) { return one.state == task_state::waiting; };
  for (;;) {
    const auto reports = loop::current().tasks();
    if (std::count_if(reports.begin(), reports.end(), waits) == count) co_return;
    co_await yield();
  }
}

task<> descend(manual_reset_event& awaited, int depth) {
  if (depth > 0) {
    co_await descend(awaited, depth - 1);
  } else {
    co_await awaited.wait();
  }
}

}  // namespace

TEST_CASE("a report tells a task's number, who spawned it, where, and its age") {
  run_virtually([]() -> task<> {
    manual_reset_event never;
    const auto line = std::source_location::current().line() + 3;
    co_await with_scope([&](scope& children) -> task<> {
      co_await sleep(2h);
      children.spawn(wait_for(never));
      co_await sleep(90min);

      const auto reports = loop::current().tasks();

      CHECK(reports.size() == 2);
      CHECK(reports[0].id == 1);
      CHECK(reports[0].spawner == 0);
      CHECK(reports[0].age == 210min);
      CHECK(reports[1].id == 2);
      CHECK(reports[1].spawner == 1);
      CHECK(reports[1].spawned_at.line() == line);
      CHECK(std::string_view(reports[1].spawned_at.file_name()).ends_with("task_report_test.cpp"));
      CHECK(reports[1].age == 90min);
    });
  });
}

TEST_CASE("a task is running, ready or waiting, and stands at a chain of places") {
  run([]() -> task<> {
    manual_reset_event released;
    manual_reset_event never;
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn(pass_on(released));
      children.spawn(pass_on(never));
      co_await let_wait(2);
      released.set();
      children.spawn(pass_on(never));

      const auto reports = loop::current().tasks();

      CHECK(reports.size() == 4);
      CHECK(reports[0].state == task_state::running);
      CHECK(reports[1].state == task_state::ready);
      CHECK(reports[2].state == task_state::waiting);
      CHECK(reports[3].state == task_state::ready);
      CHECK(reports[3].places.empty());
      CHECK(reports[2].places.size() == 2);
      CHECK(contains(name_of(reports[2].places[0]), "pass_on"));
      CHECK(contains(name_of(reports[2].places[1]), "wait_for"));
      CHECK(reports[2].places_left_out == 0);
    });
  });
}

TEST_CASE("of a long chain of awaits a report has the first and the last places") {
  run([]() -> task<> {
    for (const int length : {16, 17, 1'000}) {
      manual_reset_event never;
      co_await with_scope([&](scope& children) -> task<> {
        children.spawn(descend(never, length - 1));
        co_await let_wait(1);
        const auto reports = loop::current().tasks();
        const std::string text = loop::current().describe_tasks();

        const auto& places = reports.back().places;
        CHECK(places.size() == task_report::most_places);
        CHECK(reports.back().places_left_out + places.size() == static_cast<std::size_t>(length));
        CHECK(places[places.size() - 2].line() == places.front().line());
        CHECK(places.back().line() == places.front().line() + 2);
        const std::string gap = "(" + std::to_string(length - 16) + " more)";
        CHECK(contains(text, gap) == (length > 16));
      });
    }
  });
}

TEST_CASE("only so many tasks are reported as are asked for, the oldest") {
  run([]() -> task<> {
    manual_reset_event never;
    co_await with_scope([&](scope& children) -> task<> {
      for (int count = 0; count < 5; ++count) children.spawn(wait_for(never));
      co_await let_wait(5);
      CHECK(loop::current().tasks(0).empty());
      const auto reports = loop::current().tasks(3);
      CHECK(reports.size() == 3);
      CHECK(reports.back().id == 3);
      CHECK(loop::current().tasks(6).size() == 6);
      CHECK(loop::current().tasks(7).size() == 6);
    });
    CHECK(loop::current().tasks().size() == 1);
  });
}

TEST_CASE("a closure that was posted is no task, and what it spawns is nobody's child") {
  run([]() -> task<> {
    manual_reset_event never;
    manual_reset_event posted;
    std::vector<task_report> seen;
    co_await with_scope([&](scope& children) -> task<> {
      loop::current().post([&] {
        children.spawn(wait_for(never));
        seen = loop::current().tasks();
        posted.set();
      });
      co_await posted.wait();
      CHECK(seen.size() == 2);
      CHECK(seen[0].state == task_state::waiting);
      CHECK(seen[1].spawner == 0);
    });
  });
}

TEST_SUITE_END();
