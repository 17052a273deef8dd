// SPDX-License-Identifier: Apache-2.0
#include "weir/print_tasks.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <latch>
#include <string>

#include "death.hpp"
#include "run.hpp"
#include "weir/runtime.hpp"
#include "weir/scope.hpp"
#include "weir/yield.hpp"

using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.print_tasks");

namespace {

std::size_t count_of(const std::string& text, std::string_view part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

task<> wait_for_print(std::uint64_t prints) {
  while (loop::current().counters().posts < prints) co_await yield();
}

}  // namespace

TEST_CASE("a signal prints the tasks of the loop, each time it comes") {
  // In a child, which writes to a standard error of its own.
  const std::string text = death_of([] {
    signal_set look({SIGUSR1});
    run([&]() -> task<> {
      co_await with_scope([&](scope& children) -> task<> {
        children.spawn(print_tasks_on(look));
        co_await yield();
        for (const std::uint64_t prints : {1U, 2U}) {
          kill(getpid(), SIGUSR1);
          co_await wait_for_print(prints);
        }
      });
    });
    std::abort();
  });
  CHECK(count_of(text, ", 2 tasks: 0 running, 1 ready, 1 waiting\n") == 2);
  CHECK(count_of(text, "print_tasks_test.cpp") >= 4);
}

TEST_CASE("every loop of the process prints its own tasks") {
  const std::string text = death_of([] {
    runtime cores(2);
    std::latch both_there(2);
    cores.run([&](std::size_t index) -> task<> {
      both_there.arrive_and_wait();  // It blocks the loops, so that none has ended yet.
      if (index == 0) weir::print_tasks();
      co_await wait_for_print(1);
    });
    std::abort();
  });
  CHECK(count_of(text, "loop ") == 2);
  CHECK(count_of(text, ", 1 task: 0 running, 1 ready, 0 waiting\n") == 2);
}

TEST_CASE("without a loop nothing is printed, and nothing hangs") {
  CHECK(death_of([] {
          weir::print_tasks();
          std::abort();
        }).empty());
}

TEST_SUITE_END();
