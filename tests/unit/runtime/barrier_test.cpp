// SPDX-License-Identifier: Apache-2.0
#include "weir/barrier.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "run.hpp"
#include "weir/scope.hpp"
#include "weir/timeout.hpp"
#include "weir/yield.hpp"

using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.barrier");

namespace {

constexpr int rounds = 3;

task<> go_round(barrier& line, std::vector<int>& at, std::size_t self) {
  for (int round = 0; round < rounds; ++round) {
    for (const int other : at) CHECK(std::abs(other - at[self]) <= 1);
    ++at[self];
    co_await line.arrive_and_wait();
  }
}

task<> arrive(barrier& line, int& passed) {
  co_await line.arrive_and_wait();
  ++passed;
}

}  // namespace

TEST_CASE("nobody begins a round before all have ended the one before") {
  run_virtually([]() -> task<> {
    barrier line(4);
    std::vector<int> at(4);
    co_await with_scope([&](scope& children) -> task<> {
      for (std::size_t self = 0; self < at.size(); ++self) {
        children.spawn(go_round(line, at, self));
      }
      co_await children.join();
    });
    CHECK(at == std::vector{rounds, rounds, rounds, rounds});
    CHECK(line.arrived() == 0);
  });
}

TEST_CASE("a party that is cancelled has not arrived") {
  run_virtually([]() -> task<> {
    barrier line(2);
    int passed = 0;
    const auto waited =
        co_await with_timeout(std::chrono::milliseconds(1), arrive(line, passed)).as_result();
    CHECK_FALSE(waited.has_value());
    CHECK(line.arrived() == 0);
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn(arrive(line, passed));
      co_await yield();
      CHECK(passed == 0);
      children.spawn(arrive(line, passed));
      co_await children.join();
    });
    CHECK(passed == 2);
  });
}

TEST_SUITE_END();
