// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "measurement.hpp"
#include "order_side.hpp"
#include "trial.hpp"

namespace weir::bench {

/// What being watched costs a service: its rate with a log that is read, metrics that are looked at
/// once a second, and 1 % of traces sent to a collector, beside its rate with none of it.
class observed_contest {
 public:
  explicit observed_contest(std::vector<variant> variants);

  /// Lets each variant handle so many orders in both ways, in turns.
  task<> run_round(bench_place at, std::uint64_t round, std::uint64_t orders);
  std::vector<measurement> lines() const;

 private:
  struct sides {
    variant which;
    std::vector<trial_result> watched = {};
    std::vector<trial_result> alone = {};
  };

  task<trial_result> run_watched(bench_place at, variant which, std::uint64_t orders);
  static measurement compare(const sides& of, const char* what, double trial_result::* field);

  std::vector<sides> all_;
  std::uint64_t posts_ = 0;  ///< of spans
};

}  // namespace weir::bench
