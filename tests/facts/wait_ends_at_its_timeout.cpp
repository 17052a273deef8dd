// SPDX-License-Identifier: Apache-2.0
// The fact: io_uring_enter takes a timeout beside the wait (IORING_FEAT_EXT_ARG). It counts from
// the call, ends the wait with -ETIME and not sooner, and takes no entry of the queue; what
// completes before ends the wait.
//
// Who relies on it: runtime/src/uring_driver.cpp (enter). All timers of a loop are this one
// timeout. Should it be a moment instead of a span, or come as a completion, enter() and deliver()
// would have to change.
#include <ctime>

#include "ring.hpp"

namespace {

constexpr long wait_nanoseconds = 20'000'000;

long nanoseconds_now() {
  timespec now{};
  fact::must("clock_gettime", clock_gettime(CLOCK_MONOTONIC, &now));
  return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

}  // namespace

int main() {
  fact::ring ring;
  fact::expect("IORING_FEAT_EXT_ARG", ring.features() & IORING_FEAT_EXT_ARG, IORING_FEAT_EXT_ARG);

  __kernel_timespec timeout{.tv_sec = 0, .tv_nsec = wait_nanoseconds};
  io_uring_cqe* first = nullptr;
  const long start = nanoseconds_now();
  const int status = io_uring_submit_and_wait_timeout(ring.get(), &first, 1, &timeout, nullptr);
  fact::expect("a wait for nothing", status, -ETIME);
  fact::expect(nanoseconds_now() - start >= wait_nanoseconds, "the wait ended early");
  fact::expect("completions of the timeout", ring.count(), 0);

  io_uring_sqe* const nothing = ring.entry();
  io_uring_prep_nop(nothing);
  nothing->user_data = 1;
  timeout = {.tv_sec = 3600, .tv_nsec = 0};
  const int submitted = io_uring_submit_and_wait_timeout(ring.get(), &first, 1, &timeout, nullptr);
  fact::expect("entries that the wait has submitted", submitted, 1);
  fact::expect("completions that ended the wait", io_uring_cq_ready(ring.get()), 1);
  return fact::holds();
}
