// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "weir/process.hpp"

namespace weir::bench {

/// What a peer that is a program of its own has done.
struct peer_report {
  std::string output;
  double cpu_us = 0;  ///< user and system, start included
};

/// Runs the program of `how` at `conninfo`, which it gets as PGHOST, PGPASSWORD and their like: a
/// password in the arguments could be read by other users. Throws, with what it printed, unless it
/// succeeds.
task<peer_report> run_peer(process_options how, std::string conninfo, std::string input);

}  // namespace weir::bench
