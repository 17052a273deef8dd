// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sched.h>
#include <sys/types.h>

namespace weir::bench {

/// Whether the client's thread and the server's process share a core.
enum class placement : unsigned char { one_core, two_cores };

/// False where the machine has too few cores for it.
bool is_possible(placement where);

/// Keeps the calling thread, until its end, and a process of the server on their cores.
///
/// Left to the scheduler, a query took 10 us or 39 us, for any client, as the two happened to be
/// placed when they met; and so they stayed for the whole run.
class placed {
 public:
  placed(placement where, pid_t server);
  ~placed();
  placed(const placed&) = delete;
  placed& operator=(const placed&) = delete;

 private:
  cpu_set_t before_;
};

}  // namespace weir::bench
