// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "contest.hpp"

namespace weir::bench {

struct bench_plan {
  std::uint64_t rounds = 0;
  std::uint64_t events = 0;  ///< of each run; rounded up to whole batches of every client
  std::string go_peer;       ///< empty: there is none
};

/// Starts a server, and lets all sides do everything `plan.rounds` times.
task<std::vector<contest>> run_contests(bench_plan plan);

}  // namespace weir::bench
