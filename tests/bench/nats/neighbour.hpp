// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "traffic.hpp"
#include "weir/process.hpp"
#include "weir/task.hpp"

namespace weir::bench {

/// The other end of the traffic, the same for every side and in a process of its own, so that what
/// it costs is not counted.
enum class neighbour : unsigned char {
  none,
  feeder,    ///< Waits for ready_subject, then publishes everything to feed_subject.
  answerer,  ///< Answers each message to answering_subject with the message's own bytes.
};

/// Starts this program again as a neighbour; gives it once it listens. It ends with its process.
task<process> start_neighbour(neighbour what, bench_server at, traffic of);

/// What the process of a neighbour does; for the arguments that start_neighbour gave to it.
int run_neighbour(int argc, char** argv);

/// True where the program was started as a neighbour.
bool is_neighbour(int argc, char** argv) noexcept;

}  // namespace weir::bench
