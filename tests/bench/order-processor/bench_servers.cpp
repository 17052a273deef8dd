// SPDX-License-Identifier: Apache-2.0
#include "bench_servers.hpp"

#include <sched.h>

namespace weir::bench {
namespace {

/// The servers and all sides, which are started by this program, share two cores: the machine that
/// the numbers to reach were set for has no more.
void keep_on_two_cores() {
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

}  // namespace

void run_on_servers(const std::function<task<>(bench_place)>& body) {
  keep_on_two_cores();
  orders::order_servers servers;
  // For all sides. With the defaults a million orders do not fit into the server's memory, and what
  // they show is how the machine's disk takes its pages.
  servers.postgres.set("shared_buffers", "2GB");
  servers.postgres.set("max_wal_size", "16GB");
  servers.start();
  orders::run_with_clients(servers,
                           [&](orders::order_clients clients) { return body({servers, clients}); });
}

}  // namespace weir::bench
