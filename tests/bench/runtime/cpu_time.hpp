// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ctime>

namespace weir::bench {

/// The processor time of the calling thread, in nanoseconds: unlike the clock it does not count
/// what else the machine does.
inline double thread_cpu_ns() noexcept {
  timespec spent{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
  return static_cast<double>(spent.tv_sec) * 1e9 + static_cast<double>(spent.tv_nsec);
}

}  // namespace weir::bench
