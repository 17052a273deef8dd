// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "contest.hpp"
#include "place.hpp"

namespace weir::bench {

/// Lets the Go program (tests/bench/peers/go-pgx) do so many operations of a kind.
task<cost> run_go_peer(bench_place at, std::string what, std::uint64_t operations);

}  // namespace weir::bench
