// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "contest.hpp"
#include "measurement.hpp"

namespace weir::bench {

/// The lines of the table: every variant of weir's beside every peer.
std::vector<measurement> table_of(const std::vector<entrant>& entrants, const bench_plan& plan);

}  // namespace weir::bench
