// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>
#include <vector>

#include "measurement.hpp"
#include "order_side.hpp"
#include "trial.hpp"

namespace weir::bench {

/// What an attack on the pages of a service does to the events that it handles meanwhile; and, for
/// comparison, what the same one does that goes to another program on the same two processors.
class attacked_contest {
 public:
  /// `attackers` is the path of the program that attacks, `decoy` that of the other one.
  attacked_contest(variant which, std::string attackers, std::string decoy);

  /// The latency of so many orders in a second, with and without the attacks, in turns.
  task<> run_round(bench_place at, std::uint64_t round, std::uint64_t orders_per_second);
  std::vector<measurement> lines() const;

 private:
  enum class target : unsigned char { nobody, another, service };

  static const char* name_of(target attacked);
  task<latency> run_once(bench_place at, std::uint64_t orders_per_second, target attacked);
  measurement line_of(const char* percentile, double latency::* field, target peer) const;

  variant which_;
  std::string attackers_;
  std::string decoy_;
  std::array<std::vector<latency>, 3> seen_;  ///< By target.
};

}  // namespace weir::bench
