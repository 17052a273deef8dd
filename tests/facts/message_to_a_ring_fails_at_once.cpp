// SPDX-License-Identifier: Apache-2.0
// The fact: a message from ring to ring is sent by the call that submits it. One that is sent
// leaves no completion at its sender where it is told so; one that cannot be sent has left one when
// the call returns, although nobody has asked for completions. It ends the wait of the other ring.
//
// Who relies on it: runtime/src/uring_driver.cpp (send_wake): a loop wakes another one by a message
// and writes to its eventfd only where that failed. Should a failure come later, the other loop
// would sleep on; should success leave a completion, each wake would cost its sender a turn.
#include <fcntl.h>

#include <atomic>
#include <thread>

#include "ring.hpp"

namespace {

constexpr std::uint64_t unsent = 3;
constexpr std::uint64_t message = 2;

void send(fact::ring& from, int to) {
  io_uring_sqe* const sending = from.entry();
  io_uring_prep_msg_ring(sending, to, 0, message, 0);
  sending->flags |= IOSQE_CQE_SKIP_SUCCESS;
  sending->user_data = unsent;
  from.submit();
}

void wait_for_message(std::atomic<int>& descriptor) {
  fact::ring own;
  descriptor = own.get()->ring_fd;
  const fact::completion came = own.next();
  fact::expect("what came to the other ring", static_cast<long>(came.name), message);
  fact::expect("the length that came with it", came.result, 0);
}

}  // namespace

int main() {
  fact::ring ring;
  const int no_ring = fact::must("open", open("/dev/null", O_RDONLY | O_CLOEXEC));
  send(ring, no_ring);
  fact::expect("completions of what cannot be sent", io_uring_cq_ready(ring.get()), 1);
  const fact::completion failed = ring.next();
  fact::expect("the completion's name", static_cast<long>(failed.name), unsent);
  fact::expect("its result", failed.result, -EBADFD);

  std::atomic<int> other = -1;
  std::thread waiting(wait_for_message, std::ref(other));
  while (other < 0) std::this_thread::yield();
  send(ring, other);
  waiting.join();
  fact::expect("completions of what was sent", ring.count(), 0);
  return fact::holds();
}
