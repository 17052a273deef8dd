// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ctime>

namespace weir::bench {

inline double cpu_ns(clockid_t of) noexcept {
  timespec spent{};
  clock_gettime(of, &spent);
  return static_cast<double>(spent.tv_sec) * 1e9 + static_cast<double>(spent.tv_nsec);
}

/// The processor time of the calling thread, in nanoseconds: unlike the clock it does not count
/// what else the machine does.
inline double thread_cpu_ns() noexcept { return cpu_ns(CLOCK_THREAD_CPUTIME_ID); }

/// The same of all threads of this process.
inline double process_cpu_ns() noexcept { return cpu_ns(CLOCK_PROCESS_CPUTIME_ID); }

}  // namespace weir::bench
