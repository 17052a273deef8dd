// SPDX-License-Identifier: Apache-2.0
#include "memory_watch.hpp"

#include <unistd.h>

#include <fstream>
#include <string>

#include "measurement.hpp"

namespace weir::bench {
namespace {

/// 0 when the program has ended.
double resident_kib(pid_t of) {
  std::ifstream in("/proc/" + std::to_string(of) + "/statm");
  long all = 0;
  long resident = 0;
  in >> all >> resident;
  return static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE)) / 1024;
}

}  // namespace

void memory_watch::look(std::uint64_t waiting) {
  const std::uint64_t quarter = orders_ / 4;
  const bool is_first = waiting + quarter >= orders_;
  if (!is_first && waiting > quarter) return;
  const double resident = resident_kib(of_);
  if (resident > 0) (is_first ? first_ : last_).push_back(resident);
}

double memory_watch::growth_kib() const {
  if (first_.empty() || last_.empty()) return 0;
  return median_of(last_) - median_of(first_);
}

}  // namespace weir::bench
