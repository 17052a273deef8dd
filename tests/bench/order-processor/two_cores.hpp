// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sched.h>

namespace weir::bench {

/// The servers and all sides, which are started by this program, share two cores: the machine that
/// the numbers to reach were set for has no more.
inline void keep_on_two_cores() {
  constexpr int cores = 2;
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  ::sched_getaffinity(0, sizeof allowed, &allowed);
  int kept = 0;
  for (int core = 0; core < CPU_SETSIZE; ++core) {
    if (CPU_ISSET(core, &allowed) && ++kept > cores) CPU_CLR(core, &allowed);
  }
  ::sched_setaffinity(0, sizeof allowed, &allowed);
}

}  // namespace weir::bench
