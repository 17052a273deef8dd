// SPDX-License-Identifier: Apache-2.0
// The fact: with IORING_SETUP_DEFER_TASKRUN what has happened is delivered by an io_uring_enter
// that asks for events, and by nothing else; until then IORING_SQ_TASKRUN is set.
//
// Who relies on it: runtime/src/uring_driver.cpp (enter, which makes no call while that flag is not
// set; deliver, which reads a queue that does not change meanwhile). Should the flag not be set, a
// loop that is busy would hear nothing of its I/O: enter() would have to make a call each turn.
#include <poll.h>
#include <sys/eventfd.h>

#include "ring.hpp"

int main() {
  fact::ring ring;
  const int source = fact::must("eventfd", eventfd(0, EFD_NONBLOCK));
  io_uring_sqe* const polling = ring.entry();
  io_uring_prep_poll_add(polling, source, POLLIN);
  polling->user_data = 1;
  ring.submit();
  fact::expect("IORING_SQ_TASKRUN before anything", ring.kernel_flags() & IORING_SQ_TASKRUN, 0);

  const std::uint64_t one = 1;
  fact::must("write", write(source, &one, sizeof one));
  fact::expect("completions that nobody asked for", io_uring_cq_ready(ring.get()), 0);
  fact::expect("IORING_SQ_TASKRUN", ring.kernel_flags() & IORING_SQ_TASKRUN, IORING_SQ_TASKRUN);

  fact::expect("completions when asked for", ring.count(), 1);
  fact::expect("IORING_SQ_TASKRUN afterwards", ring.kernel_flags() & IORING_SQ_TASKRUN, 0);
  return fact::holds();
}
