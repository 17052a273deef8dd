// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "measurement.hpp"
#include "order_side.hpp"
#include "trial.hpp"

namespace weir::bench {

/// What an attack on the pages of a service does to the events that it handles meanwhile.
class attacked_contest {
 public:
  /// `attackers` is the path of the program that attacks.
  attacked_contest(variant which, std::string attackers);

  /// The latency of so many orders in a second, with and without the attack, in turns.
  task<> run_round(bench_place at, std::uint64_t round, std::uint64_t orders_per_second);
  std::vector<measurement> lines() const;

 private:
  task<latency> run_once(bench_place at, std::uint64_t orders_per_second, bool is_attacked);

  variant which_;
  std::string attackers_;
  std::vector<latency> attacked_;
  std::vector<latency> alone_;
};

}  // namespace weir::bench
