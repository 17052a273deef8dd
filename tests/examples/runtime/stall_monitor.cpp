// SPDX-License-Identifier: Apache-2.0
#include "weir/stall_monitor.hpp"

#include <doctest/doctest.h>

#include <future>
#include <string>

#include "weir/loop.hpp"
#include "weir/yield.hpp"

using namespace std::chrono_literals;

TEST_SUITE_BEGIN("examples.runtime");

namespace {

weir::task<std::string> hold_the_loop(std::future<std::string> until_told) {
  co_await weir::yield();
  co_return until_told.get();  // Blocks the thread, as no task should.
}

}  // namespace

TEST_CASE("stall_monitor: the task that holds its loop is named while it does") {
  std::promise<std::string> told;
  bool is_told = false;
  const weir::stall_monitor monitor(1ms, [&](const weir::stall_report& stall) {
    if (!is_told) told.set_value(weir::format_stall(stall));
    is_told = true;
  });
  weir::loop home;
  const std::string text = home.run(hold_the_loop(told.get_future()));
  CHECK(text.starts_with("task 1 holds loop "));
}

TEST_SUITE_END();
