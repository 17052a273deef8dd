// SPDX-License-Identifier: Apache-2.0
#include "weir/observe/loop_metrics.hpp"

#include <doctest/doctest.h>

#include "lines.hpp"
#include "run.hpp"
#include "weir/scope.hpp"
#include "weir/sleep.hpp"

TEST_SUITE_BEGIN("observe.loop_metrics");

using namespace std::chrono_literals;
using namespace weir::test;

namespace {

std::string label() { return "{loop=\"" + std::to_string(weir::loop::current().number()) + "\"}"; }

std::string now_of(const std::string& name) {
  return value_of(name + label(), weir::metrics_registry::global());
}

weir::task<> take_a_nap(weir::duration span) { co_await weir::sleep(span); }

}  // namespace

TEST_CASE("a loop tells of its turns, its tasks and what it waits with") {
  run([]() -> weir::task<> {
    const weir::loop_metrics own;
    const auto& all = weir::metrics_registry::global();
    const auto turns = [] { return std::stoull(now_of("weir_loop_iteration_seconds_count")); };
    const std::string number = std::to_string(weir::loop::current().number());
    const std::string backend(weir::loop::current().driver().name());
    CHECK(value_of("weir_loop_backend_info{loop=\"" + number + "\",backend=\"" + backend + "\"}",
                   all) == "1");
    CHECK(now_of("weir_loop_tasks") == "1");
    const auto before = turns();
    co_await weir::with_scope([](weir::scope& children) -> weir::task<> {
      children.spawn(take_a_nap(1ms));
      children.spawn(take_a_nap(1ms));
      CHECK(now_of("weir_loop_tasks") == "3");
      co_await children.join();
    });
    CHECK(now_of("weir_loop_tasks") == "1");
    CHECK(turns() > before);
    CHECK(std::stod(now_of("weir_loop_iteration_seconds_sum")) > 0);
    CHECK(now_of("weir_loop_stalls_total") == "0");
    CHECK(now_of("weir_cqe_overflow_total") == "0");
    const bool has_queue = backend == "uring";
    CHECK((now_of("weir_sqe_submitted_total") != "0") == has_queue);
  });
}

TEST_CASE("a loop that sleeps is not busy, and one look after the other changes nothing") {
  run_virtually([]() -> weir::task<> {
    const weir::loop_metrics own;
    CHECK(now_of("weir_loop_busy_ratio") == "0");
    co_await weir::sleep(10s);
    CHECK(now_of("weir_loop_busy_ratio") == "0");  // In virtual time a turn takes none.
    CHECK(now_of("weir_loop_busy_ratio") == "0");
  });
}

TEST_SUITE_END();
