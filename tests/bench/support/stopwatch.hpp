// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <utility>
#include <vector>

#include "cpu_time.hpp"
#include "measurement.hpp"

namespace weir::bench {

/// What a run of many operations cost.
struct cost {
  double figure = 0;  ///< operations a second; of questions the median time to the answer, in us
  double cpu_us = 0;  ///< of the client's process, an operation
};

/// Measures from its making on, the whole process: a client library may have threads of its own.
class stopwatch {
 public:
  cost of(std::uint64_t operations) const {
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - began_;
    const auto count = static_cast<double>(operations);
    return {.figure = count / elapsed.count(), .cpu_us = cpu_us(count)};
  }
  /// The same of questions, each of which took one of `round_trips_us`.
  cost of_questions(std::vector<double> round_trips_us) const {
    const auto count = static_cast<double>(round_trips_us.size());
    const double cpu = cpu_us(count);
    return {.figure = median_of(std::move(round_trips_us)), .cpu_us = cpu};
  }
  double elapsed_us() const {
    const std::chrono::duration<double, std::micro> elapsed =
        std::chrono::steady_clock::now() - began_;
    return elapsed.count();
  }

 private:
  double cpu_us(double count) const { return (process_cpu_ns() - cpu_) / 1000 / count; }

  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  double cpu_ = process_cpu_ns();
};

}  // namespace weir::bench
