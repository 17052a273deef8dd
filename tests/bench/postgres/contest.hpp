// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "stopwatch.hpp"
#include "weir/task.hpp"

namespace weir::bench {

/// One who does what is measured.
struct side {
  std::string name;
  std::function<task<cost>()> measure;
  /// What weir's figure is of this one's: at least, or of a latency at most.
  std::optional<double> reach = {};
  std::vector<cost> rounds = {};
};

/// What is measured, and who does it in turns.
struct contest {
  std::string name;
  std::string unit;   ///< of an operation: "reads"
  std::string setup;  ///< SQL that makes the tables anew before each run
  std::string count;  ///< SQL that gives how many operations were done since
  std::uint64_t operations = 0;
  bool is_latency = false;
  std::string figure_unit = {};            ///< Empty for operations a second, and for latencies.
  std::optional<double> figure_most = {};  ///< What weir's figure itself may be at most.
  std::optional<double> cpu_reach = {};    ///< of weir's processor time an operation, in us
  std::vector<side> sides = {};            ///< weir's is the first.
};

}  // namespace weir::bench
