// SPDX-License-Identifier: Apache-2.0
// The fact: an operation that is cancelled completes exactly once, with -ECANCELED or with its
// result, and in the first case it has taken nothing. The cancel completes apart from it, with 0
// or, where it came too late, with -ENOENT or -EALREADY.
//
// Who relies on it: runtime/src/uring_driver.cpp (cancel, report), and so every frame that is kept
// until its operation has ended. Should a cancelled operation complete twice, report() would write
// into a frame that is gone; should it complete never, its task would never end: the driver would
// have to take the completion of the cancel for the end of both.
#include <sys/socket.h>

#include "ring.hpp"

namespace {

constexpr std::uint64_t receive = 1;
constexpr std::uint64_t cancel = 2;

/// Receives one byte and cancels that; gives what the two completions said of the receive.
int receive_and_cancel(fact::ring& ring, int socket, int peer, bool comes_first) {
  char byte = 0;
  io_uring_sqe* const receiving = ring.entry();
  io_uring_prep_recv(receiving, socket, &byte, 1, 0);
  receiving->user_data = receive;
  ring.submit();
  if (comes_first) fact::must("send", send(peer, "x", 1, 0));
  io_uring_sqe* const cancelling = ring.entry();
  io_uring_prep_cancel64(cancelling, receive, 0);
  cancelling->user_data = cancel;

  int result = 0;
  int cancelled = 1;
  for (int completions = 0; completions < 2; ++completions) {
    const fact::completion seen = ring.next();
    (seen.name == receive ? result : cancelled) = seen.result;
  }
  fact::expect(cancelled == 0 || cancelled == -ENOENT || cancelled == -EALREADY,
               "the cancel did not complete as it should");
  fact::expect("completions beyond one each", ring.count(), 0);
  return result;
}

}  // namespace

int main() {
  fact::ring ring;
  int ends[2];
  fact::must("socketpair", socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends));

  fact::expect("the cancelled receive", receive_and_cancel(ring, ends[0], ends[1], false),
               -ECANCELED);
  const int late = receive_and_cancel(ring, ends[0], ends[1], true);
  if (late == 1) return fact::holds();
  fact::expect("the receive that was cancelled late", late, -ECANCELED);
  char byte = 0;
  fact::expect("bytes that it has left", recv(ends[0], &byte, 1, MSG_DONTWAIT), 1);
  return fact::holds();
}
