// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

#include "seed.hpp"
#include "weir/scope.hpp"
#include "weir/sim.hpp"
#include "weir/sleep.hpp"
#include "weir/timeout.hpp"
#include "weir/yield.hpp"

namespace weir::test {

/// So many schedules of each kind does a case run, from seed() on.
constexpr std::uint64_t schedules = 150;

/// Runs a program, which throws where it finds something wrong, in many orders of its tasks.
/// The text of a failure names its seed, for WEIR_SEED.
template <class Body>
void in_many_orders(Body program, const sim_faults& faults = {}) {
  std::uint64_t ended = 0;
  const auto counted = [&]() -> task<> {
    co_await program();
    ++ended;
  };
  for (const auto order : {sim_order::random, sim_order::pct}) {
    explore(schedules, {.seed = seed(), .order = order, .faults = faults}, counted);
  }
  CHECK(ended > 0);
}

/// Ends the schedule as a failure; doctest's own checks do not know the seed.
inline void expect(bool holds, const std::string& otherwise) {
  if (!holds) throw std::logic_error(otherwise);
}

/// A number below `bound` that the seed decides.
inline std::uint64_t choose_below(std::uint64_t bound) { return loop::current().random() % bound; }

/// Time for others, as much as the seed decides: turns, or milliseconds, or none.
inline task<> dawdle() {
  switch (choose_below(3)) {
    case 0:
      for (std::uint64_t turns = choose_below(4); turns > 0; --turns) co_await yield();
      break;
    case 1:
      co_await sleep(std::chrono::milliseconds(choose_below(5)));
      break;
    default:
      break;
  }
}

/// A limit that the seed decides, short enough to cut most waits.
inline duration short_limit() { return std::chrono::milliseconds(choose_below(6)); }

}  // namespace weir::test
