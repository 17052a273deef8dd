// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <vector>

namespace weir::bench {

/// How the resident memory of a program changes while it handles its orders.
class memory_watch {
 public:
  memory_watch(pid_t of, std::uint64_t orders) : of_(of), orders_(orders) {}

  /// To be called again and again, with how many orders are left.
  void look(std::uint64_t waiting);

  /// Between the first and the last quarter of the orders, each by its median; 0 for a run so short
  /// that nobody has looked in one of them.
  double growth_kib() const;

 private:
  pid_t of_;
  std::uint64_t orders_;
  std::vector<double> first_;
  std::vector<double> last_;
};

}  // namespace weir::bench
