// SPDX-License-Identifier: Apache-2.0
// Several loops count at the same time, and somebody looks at it meanwhile.
#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "lines.hpp"
#include "weir/observe/counter.hpp"
#include "weir/observe/gauge.hpp"
#include "weir/observe/histogram_metric.hpp"
#include "weir/runtime.hpp"
#include "weir/yield.hpp"

TEST_SUITE_BEGIN("observe.metrics_threads");

using namespace weir::test;

namespace {

constexpr std::size_t loops = 3;
constexpr int rounds = 2'000;

struct shared_metrics {
  weir::metrics_registry all;
  weir::counter orders{"orders_total", "Help.", all};
  weir::counter_family by_loop{"by_loop_total", "Help.", {"loop"}, all};
  weir::histogram_metric sizes{"sizes", "Help.", {1, 10}, all};
  weir::gauge level{"level", "Help.", all};
};

weir::task<> count(shared_metrics& in, std::size_t index) {
  const weir::counter own = in.by_loop.with({std::to_string(index)});
  for (int round = 0; round < rounds; ++round) {
    in.orders.add();
    own.add(2);
    in.sizes.record(static_cast<double>(round % 3) * 5, weir::exemplar{});
    in.by_loop.with({"all"}).add();
    in.level.set(1);
    if (round % 100 == 0) co_await weir::yield();
  }
}

}  // namespace

TEST_CASE("what all loops count comes together, and nothing of it is lost") {
  shared_metrics some;
  std::atomic<bool> has_ended{false};
  std::uint64_t last = 0;
  bool has_grown = true;
  std::thread looking([&] {
    while (!has_ended.load()) {
      const std::uint64_t now = std::stoull(value_of("orders_total", some.all));
      has_grown = has_grown && now >= last;
      last = now;
    }
  });
  weir::runtime(loops).run([&some](std::size_t index) { return count(some, index); });
  has_ended.store(true);
  looking.join();

  CHECK(has_grown);
  CHECK(value_of("orders_total", some.all) == std::to_string(loops * rounds));
  CHECK(value_of("by_loop_total{loop=\"all\"}", some.all) == std::to_string(loops * rounds));
  for (std::size_t index = 0; index < loops; ++index) {
    const std::string series = "by_loop_total{loop=\"" + std::to_string(index) + "\"}";
    CHECK(value_of(series, some.all) == std::to_string(2 * rounds));
  }
  CHECK(value_of("sizes_count", some.all) == std::to_string(loops * rounds));
  CHECK(value_of("level", some.all) == "1");
}

TEST_CASE("what threads have counted stays when they have ended, however many there were") {
  weir::metrics_registry all;
  const weir::counter orders("orders_total", "Help.", all);
  const weir::histogram_metric sizes("sizes", "Help.", {1}, all);
  constexpr int threads = 50;
  for (int number = 0; number < threads; ++number) {
    std::thread([&] {
      orders.add();
      sizes.record(2.0);
    }).join();
  }
  CHECK(value_of("orders_total", all) == std::to_string(threads));
  CHECK(value_of("sizes_sum", all) == std::to_string(2 * threads));
}

namespace {

/// Counts when its thread ends, after the thread's cells have gone back, or before.
struct late_one {
  const weir::counter& in;
  ~late_one() { in.add(); }
};

}  // namespace

TEST_CASE("what is counted while a thread ends is not lost") {
  weir::metrics_registry all;
  const weir::counter early("early_total", "Help.", all);
  const weir::counter late("late_total", "Help.", all);
  constexpr int threads = 5;
  for (int number = 0; number < threads; ++number) {
    std::thread([&] {
      static thread_local late_one outlives_the_cells{late};
      (void)&outlives_the_cells;
      early.add();
    }).join();
  }
  CHECK(value_of("early_total", all) == std::to_string(threads));
  CHECK(value_of("late_total", all) == std::to_string(threads));
}

TEST_SUITE_END();
