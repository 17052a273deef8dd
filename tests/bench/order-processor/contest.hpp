// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "trial.hpp"

namespace weir::bench {

inline constexpr std::uint64_t few_orders = 10'000;  // what the large backlog is compared with

struct bench_plan {
  std::uint64_t rounds = 0;
  std::uint64_t orders = 0;   ///< in each round
  std::uint64_t backlog = 0;  ///< of the large one
};

/// What is published in a round: a slow side gets fewer, as nobody has the time.
std::uint64_t orders_of(const side& who, std::uint64_t orders);

/// Lets all sides do everything in turns: a side that is first in one round is last in another, so
/// that what the servers still do of the run before falls upon each of them. The first entrant is
/// one of weir's.
task<> run_contest(bench_place at, bench_plan plan, std::vector<entrant>& entrants);

double median_of(const std::vector<trial_result>& trials, double trial_result::* field);

}  // namespace weir::bench
