// SPDX-License-Identifier: Apache-2.0
// The fact: completions that find no room in their queue are kept by the kernel
// (IORING_FEAT_NODROP). IORING_SQ_CQ_OVERFLOW says that there are some, and each call that asks for
// events moves as many into the queue as have room.
//
// Who relies on it: runtime/src/uring_driver.cpp (enter, which looks at that flag, and deliver).
// Should completions be dropped, no frame could ever be sure of its end: the driver would have to
// count what is in flight, and hold back submissions beyond the room in the queue.
#include <poll.h>
#include <sys/eventfd.h>

#include <bitset>

#include "ring.hpp"

namespace {

constexpr unsigned completions_max = 16;
constexpr unsigned operations = 5 * completions_max;

}  // namespace

int main() {
  fact::ring ring(8, completions_max);
  fact::expect("IORING_FEAT_NODROP", ring.features() & IORING_FEAT_NODROP, IORING_FEAT_NODROP);
  const int source = fact::must("eventfd", eventfd(0, EFD_NONBLOCK));
  for (unsigned name = 0; name < operations; ++name) {
    io_uring_sqe* const polling = ring.entry();
    io_uring_prep_poll_add(polling, source, POLLIN);
    polling->user_data = name;
    ring.submit();
  }
  const std::uint64_t one = 1;
  fact::must("write", write(source, &one, sizeof one));

  fact::expect("completions in the queue", ring.count(), completions_max);
  fact::expect("IORING_SQ_CQ_OVERFLOW", ring.kernel_flags() & IORING_SQ_CQ_OVERFLOW,
               IORING_SQ_CQ_OVERFLOW);
  std::bitset<operations> completed;
  for (unsigned count = 0; count < operations; ++count) {
    const fact::completion seen = ring.next();
    fact::expect(!completed[seen.name], "an operation completed twice");
    completed.set(seen.name);
  }
  fact::expect("completions beyond one each", ring.count(), 0);
  fact::expect("completions that were dropped", *ring.get()->cq.koverflow, 0);
  return fact::holds();
}
