// SPDX-License-Identifier: Apache-2.0
// The fact: with IORING_SETUP_SUBMIT_ALL an entry that the kernel refuses completes with its error,
// and those behind it are taken by the same call.
//
// Who relies on it: runtime/src/uring_driver.cpp (enter and take_entry, which submit all at once
// and do not count what was taken). Should the kernel stop at such an entry, the ones behind it
// would wait for the next turn, and a loop that sleeps has none: enter() would have to submit until
// nothing is left.
#include "ring.hpp"

int main() {
  fact::ring ring;
  constexpr int refused = 1;
  for (std::uint64_t name = 0; name < 3; ++name) {
    io_uring_sqe* const nothing = ring.entry();
    io_uring_prep_nop(nothing);
    if (name == refused) nothing->opcode = 255;  // No operation has it.
    nothing->user_data = name;
  }
  fact::expect("entries that were taken", io_uring_submit(ring.get()), 3);
  fact::expect("entries that are left", io_uring_sq_ready(ring.get()), 0);
  for (int count = 0; count < 3; ++count) {
    const fact::completion seen = ring.next();
    fact::expect(seen.name == refused ? "the bad entry" : "a good entry", seen.result,
                 seen.name == refused ? -EINVAL : 0);
  }
  return fact::holds();
}
