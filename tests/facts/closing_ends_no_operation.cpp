// SPDX-License-Identifier: Apache-2.0
// The fact: closing a descriptor does not end an operation that is in flight on it. The operation
// keeps the file open, completes with what comes, and can be cancelled.
//
// Who relies on it: runtime/src/operation_ledger.cpp, which ends a program that closes such a
// descriptor; runtime/src/arrivals.cpp (release), where a multishot operation may outlive the
// descriptor of its owner and is cancelled by its user_data. Should closing end operations, that
// cancel would come too late, which is as good, and the ledger could be milder.
#include <sys/socket.h>

#include "ring.hpp"

namespace {

void receive(fact::ring& ring, int socket, char& into) {
  io_uring_sqe* const receiving = ring.entry();
  io_uring_prep_recv(receiving, socket, &into, 1, 0);
  receiving->user_data = 1;
  ring.submit();
}

}  // namespace

int main() {
  fact::ring ring;
  int ends[2];
  char byte = 0;
  fact::must("socketpair", socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends));
  receive(ring, ends[0], byte);
  fact::must("close", close(ends[0]));
  fact::expect("completions after the descriptor was closed", ring.count(), 0);
  fact::must("send", send(ends[1], "x", 1, MSG_NOSIGNAL));
  fact::expect("what the receive gave", ring.next().result, 1);
  fact::expect("the byte that came", byte, 'x');

  fact::must("socketpair", socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends));
  receive(ring, ends[0], byte);
  fact::must("close", close(ends[0]));
  io_uring_sqe* const cancelling = ring.entry();
  io_uring_prep_cancel64(cancelling, 1, 0);
  cancelling->user_data = 2;
  for (int completions = 0; completions < 2; ++completions) {
    const fact::completion seen = ring.next();
    fact::expect(seen.name == 1 ? "the cancelled receive" : "the cancel", seen.result,
                 seen.name == 1 ? -ECANCELED : 0);
  }
  return fact::holds();
}
