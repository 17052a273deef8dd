// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <set>
#include <string>

#include "run.hpp"
#include "weir/scope.hpp"
#include "weir/sim.hpp"
#include "weir/yield.hpp"

using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.sim_order");

namespace {

task<> note(std::string& notes, char letter) {
  notes += letter;
  co_return;
}

/// In which order four tasks run that are ready at the same time.
std::string order_of(const sim_options& options) {
  return simulate(options, []() -> task<std::string> {
    std::string notes;
    co_await with_scope([&](scope& children) -> task<> {
      for (const char letter : {'a', 'b', 'c', 'd'}) children.spawn(note(notes, letter));
      co_await children.join();
    });
    co_return notes;
  });
}

std::set<std::string> orders_of(sim_order order, std::uint64_t seeds) {
  std::set<std::string> orders;
  for (std::uint64_t one = 0; one < seeds; ++one) {
    orders.insert(order_of({.seed = seed() + one, .order = order}));
  }
  return orders;
}

/// Yields until it is let go.
task<> spin(const bool& released, std::uint64_t& turns) {
  while (!released) {
    ++turns;
    co_await yield();
  }
}

/// Ends the wait of spin() when it gets a turn.
task<> release(bool& released) {
  released = true;
  co_return;
}

constexpr int long_work = 30;

task<> work(int turns, int& done) {
  for (; done < turns; ++done) co_await yield();
}

/// Looks again and again at the work of another task; finds when that was done all at once, after
/// ten looks at least that saw none of it.
task<> look(const int& done, bool& found) {
  for (int turn = 0; turn < 50 && done == 0; ++turn) {
    co_await yield();
    found = turn >= 10 && done == long_work;
  }
}

/// How many of the seeds meet an order that is rare by chance: ten turns of one task, thirty of the
/// other, and then the first again.
int rare_orders(sim_order order, std::uint64_t seeds) {
  int found = 0;
  for (std::uint64_t one = 0; one < seeds; ++one) {
    found += simulate({.seed = seed() + one, .order = order, .pct_depth = 2}, []() -> task<int> {
      int done = 0;
      bool met = false;
      co_await with_scope([&](scope& children) -> task<> {
        children.spawn(look(done, met));
        children.spawn(work(long_work, done));
        co_await children.join();
      });
      co_return met ? 1 : 0;
    });
  }
  return found;
}

}  // namespace

TEST_CASE("first in first out is the order of a real driver") {
  CHECK(order_of({.seed = 1, .order = sim_order::fifo}) == "abcd");
}

TEST_CASE("last in first out is its reverse") {
  CHECK(order_of({.seed = 1, .order = sim_order::lifo}) == "dcba");
}

TEST_CASE("a random order is that of its seed, and other seeds come to all orders") {
  CHECK(order_of({.seed = 7}) == order_of({.seed = 7}));
  CHECK(orders_of(sim_order::random, 500).size() == 24);
}

TEST_CASE("the order of random priorities is that of its seed, and other seeds come to all") {
  const sim_options options{.seed = 7, .order = sim_order::pct};
  CHECK(order_of(options) == order_of(options));
  CHECK(orders_of(sim_order::pct, 500).size() == 24);
}

TEST_CASE("random priorities come to an order of many steps that chance does not come to") {
  CHECK(rare_orders(sim_order::random, 300) == 0);
  CHECK(rare_orders(sim_order::pct, 300) > 0);
}

TEST_CASE("a task that waits by yielding keeps no other out for ever, in any order") {
  for (const auto order : {sim_order::fifo, sim_order::lifo, sim_order::random, sim_order::pct}) {
    for (std::uint64_t one = 0; one < 20; ++one) {
      std::uint64_t turns = 0;
      simulate({.seed = seed() + one, .order = order}, [&]() -> task<> {
        bool released = false;
        co_await with_scope([&](scope& children) -> task<> {
          children.spawn(spin(released, turns));
          children.spawn(spin(released, turns));
          children.spawn(release(released));
          children.spawn(spin(released, turns));
          children.spawn(spin(released, turns));
          co_await children.join();
        });
      });
      CHECK(turns < 1000);
    }
  }
}

TEST_SUITE_END();
