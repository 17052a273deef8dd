// SPDX-License-Identifier: Apache-2.0
// The text of the task tree, see weir/task_report.hpp.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "place.hpp"
#include "run.hpp"
#include "weir/manual_reset_event.hpp"
#include "weir/scope.hpp"
#include "weir/task_report.hpp"
#include "weir/yield.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;
using detail::to_text;

TEST_SUITE_BEGIN("runtime.task_tree");

namespace {

const auto here = std::source_location::current();
const auto there = std::source_location::current();

task_report waiting(std::uint64_t id, std::uint64_t spawner,
                    std::vector<std::source_location> places = {there}) {
  return {.id = id,
          .spawner = spawner,
          .spawned_at = here,
          .age = 5ms,
          .state = task_state::waiting,
          .places = std::move(places)};
}

std::string text_of(const std::vector<task_report>& reports) {
  return format_tasks(reports, reports.size());
}

std::string spawned(std::uint64_t id, const std::string& margin = "") {
  return margin + "task " + std::to_string(id) + ", spawned 5 ms ago at " + to_text(here) + "\n";
}

std::string waits(const std::string& margin = "") {
  return margin + "  waits at " + to_text(there) + "\n";
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

std::size_t lines_with(const std::string& text, std::string_view part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

task<> wait_for(manual_reset_event& awaited) { co_await awaited.wait(); }

task<> leave_behind(scope& family, manual_reset_event& awaited) {
  family.spawn(wait_for(awaited));
  co_return;
}

}  // namespace

TEST_CASE("each state is told with the places that belong to it") {
  std::vector<task_report> reports{waiting(1, 0, {here, there}), waiting(2, 0), waiting(3, 0, {})};
  reports[0].state = task_state::running;
  reports[1].state = task_state::ready;
  reports[2].state = task_state::ready;

  CHECK(text_of(reports) == "3 tasks: 1 running, 2 ready, 0 waiting\n" + spawned(1) +
                                "  runs; last awaited " + to_text(here) + "\n    -> " +
                                to_text(there) + "\n" + spawned(2) + "  ready to go on from " +
                                to_text(there) + "\n" + spawned(3) + "  ready to begin\n");
}

TEST_CASE("no task gives a heading alone") {
  CHECK(text_of({}) == "0 tasks: 0 running, 0 ready, 0 waiting\n");
}

TEST_CASE("a task stands below the one that spawned it") {
  const std::vector reports{waiting(1, 0), waiting(2, 1), waiting(3, 2), waiting(4, 1, {here})};

  CHECK(text_of(reports) == "4 tasks: 0 running, 0 ready, 4 waiting\n" + spawned(1) + waits() +
                                spawned(2, "  ") + waits("  ") + spawned(3, "    ") +
                                waits("    ") + spawned(4, "  ") + "    waits at " + to_text(here) +
                                "\n");
}

TEST_CASE("a task whose spawner has ended stands at the root, with the spawner's number") {
  run([]() -> task<> {
    manual_reset_event never;
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn(leave_behind(children, never));
      while (children.size() != 1 || loop::current().counters().tasks_ready != 0) co_await yield();
      const std::string text = loop::current().describe_tasks();
      CHECK(contains(text, "2 tasks: 1 running, 0 ready, 1 waiting\n"));
      CHECK(contains(text, "\ntask 3, spawned by task 2, which has ended, "));
    });
  });
}

TEST_CASE("siblings that are alike are folded, and the text counts them") {
  std::vector<task_report> reports{waiting(1, 0)};
  for (std::uint64_t id = 2; id <= 70; ++id) reports.push_back(waiting(id, 1));
  reports[30].places = {here};

  CHECK(text_of(reports) == "70 tasks: 0 running, 0 ready, 70 waiting\n" + spawned(1) + waits() +
                                spawned(2, "  ") + waits("  ") +
                                "  and 67 more like it, the last is task 70\n" + spawned(31, "  ") +
                                "    waits at " + to_text(here) + "\n");
}

TEST_CASE("tasks are alike only with children that are alike") {
  const std::vector reports{waiting(1, 0), waiting(2, 0), waiting(3, 0), waiting(4, 1),
                            waiting(5, 2), waiting(6, 3), waiting(7, 3)};

  CHECK(text_of(reports) == "7 tasks: 0 running, 0 ready, 7 waiting\n" + spawned(1) + waits() +
                                spawned(4, "  ") + waits("  ") + "and 1 more like it, task 2\n" +
                                spawned(3) + waits() + spawned(6, "  ") + waits("  ") +
                                "  and 1 more like it, task 7\n");
}

TEST_CASE("no more tasks are printed than the bound says, and the text counts the others") {
  std::vector<task_report> reports;
  for (std::uint64_t id = 1; id <= 300; ++id) {
    reports.push_back(waiting(id, 0, std::vector(id % 2 == 0 ? 1 : 2, there)));
    reports.back().places_left_out = id;  // So that no two are alike.
  }

  const std::string text = format_tasks(reports, 1'000);

  CHECK(lines_with(text, ", spawned ") == most_printed_tasks);
  CHECK(contains(text, "1000 tasks, of the oldest 300: 0 running, 0 ready, 300 waiting\n"));
  CHECK(text.ends_with("\n800 more tasks not shown\n"));
}

TEST_CASE("the tree is cut where it is too deep, and the text counts what is below") {
  std::vector<task_report> reports;
  for (std::uint64_t id = 1; id <= 1'000; ++id) reports.push_back(waiting(id, id - 1));

  const std::string text = text_of(reports);

  CHECK(lines_with(text, ", spawned ") == most_printed_depth);
  CHECK(contains(text, "  and 984 tasks below it\n"));
  CHECK_FALSE(contains(text, "not shown"));
}

TEST_CASE("a hundred thousand tasks that are alike take one line") {
  run([]() -> task<> {
    manual_reset_event never;
    co_await with_scope([&](scope& children) -> task<> {
      for (int count = 0; count < 100'000; ++count) children.spawn(wait_for(never));
      co_await yield();
      const std::string text = loop::current().describe_tasks();
      CHECK(contains(text, "100001 tasks, of the oldest 10000: "));
      CHECK(lines_with(text, "\n") < 30);
    });
    CHECK(contains(loop::current().describe_tasks(), "1 task: 1 running, 0 ready, 0 waiting\n"));
  });
}

TEST_SUITE_END();
