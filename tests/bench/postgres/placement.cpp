// SPDX-License-Identifier: Apache-2.0
#include "placement.hpp"

#include <cerrno>

#include "weir/error.hpp"

namespace weir::bench {
namespace {

constexpr pid_t this_thread = 0;

cpu_set_t cores_of_this_thread() {
  cpu_set_t cores;
  if (::sched_getaffinity(this_thread, sizeof cores, &cores) < 0)
    throw error::from_errno(errno, "find out on which cores this program may run");
  return cores;
}

void put_on(pid_t who, const cpu_set_t& cores) {
  if (::sched_setaffinity(who, sizeof cores, &cores) < 0)
    throw error::from_errno(errno, "put process " + std::to_string(who) + " on a core");
}

/// One of `cores`, counted from 0.
cpu_set_t core_of(const cpu_set_t& cores, int number) {
  cpu_set_t one;
  CPU_ZERO(&one);
  for (int core = 0; core < CPU_SETSIZE; ++core) {
    if (CPU_ISSET(core, &cores) && number-- == 0) CPU_SET(core, &one);
  }
  return one;
}

}  // namespace

bool is_possible(placement where) {
  const cpu_set_t cores = cores_of_this_thread();
  return where == placement::one_core || CPU_COUNT(&cores) > 1;
}

placed::placed(placement where, pid_t server) : before_(cores_of_this_thread()) {
  put_on(server, core_of(before_, where == placement::one_core ? 0 : 1));
  put_on(this_thread, core_of(before_, 0));
}

placed::~placed() { ::sched_setaffinity(this_thread, sizeof before_, &before_); }

}  // namespace weir::bench
