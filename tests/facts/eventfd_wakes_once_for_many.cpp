// SPDX-License-Identifier: Apache-2.0
// The fact: a read of an eventfd that io_uring waits for ends when any thread writes to it, also
// where that thread was quicker; several writes before the read are one.
//
// Who relies on it: runtime/src/uring_driver.cpp (wake, arm_wake): a loop that sleeps is woken by
// this wherever no message from another loop's ring does it. Should a write before the read be
// lost, wake() would have to know whether the read is armed; should each write be a completion of
// its own, deliver() would turn once for each.
#include <sys/eventfd.h>

#include <thread>

#include "ring.hpp"

namespace {

std::uint64_t value = 0;

void arm(fact::ring& ring, int source) {
  io_uring_sqe* const reading = ring.entry();
  io_uring_prep_read(reading, source, &value, sizeof value, 0);
  reading->user_data = 1;
}

void wake(int target) {
  const std::uint64_t one = 1;
  fact::must("write", write(target, &one, sizeof one));
}

}  // namespace

int main() {
  fact::ring ring;
  const int source = fact::must("eventfd", eventfd(0, EFD_CLOEXEC));  // Blocks, as the driver's.
  for (int writes = 0; writes < 3; ++writes) wake(source);
  arm(ring, source);
  fact::expect("the read of what was written before", ring.next().result, sizeof value);
  fact::expect("what three writes have left", static_cast<long>(value), 3);

  for (int round = 0; round < 100; ++round) {
    arm(ring, source);
    fact::expect("completions without a write", ring.count(), 0);
    std::thread other(wake, source);
    fact::expect("the read that another thread ends", ring.next().result, sizeof value);
    other.join();
    fact::expect("what one write has left", static_cast<long>(value), 1);
  }
  return fact::holds();
}
