// SPDX-License-Identifier: Apache-2.0
#include "loop_registry.hpp"

#include <pthread.h>

#include <type_traits>

namespace weir::detail {

constinit loop_registry all_loops;
static_assert(std::is_trivially_destructible_v<loop_registry>);

void loop_registry::add(loop_activity& entry) noexcept {
  clockid_t clock = 0;
  // Refused only for a thread that does not exist; then the clock is the wall's, which never errs
  // on the side of blame.
  if (pthread_getcpuclockid(pthread_self(), &clock) == 0) entry.processor_clock = clock;
  const std::lock_guard lock(mutex_);
  entry.number = ++made_;
  loop_activity** end = &first_;
  while (*end != nullptr) end = &(*end)->next;
  *end = &entry;
}

void loop_registry::remove(loop_activity& entry) noexcept {
  const std::lock_guard lock(mutex_);
  loop_activity** at = &first_;
  while (*at != &entry) at = &(*at)->next;
  *at = entry.next;
}

}  // namespace weir::detail
