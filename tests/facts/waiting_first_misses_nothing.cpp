// SPDX-License-Identifier: Apache-2.0
// The fact: a receive with IORING_RECVSEND_POLL_FIRST takes what is there already as well as what
// comes; the flag saves an attempt in vain and says nothing else.
//
// Who relies on it: runtime/src/uring_requests.cpp, for each receive_many, and for a receive after
// one that took all there was: something may have come since. Should the flag wait for something
// new, such a receive would wait while its bytes lie there, and the flag would have to go.
#include <sys/socket.h>

#include "ring.hpp"

namespace {

char byte = 0;

void receive(fact::ring& ring, int socket) {
  io_uring_sqe* const receiving = ring.entry();
  io_uring_prep_recv(receiving, socket, &byte, 1, 0);
  receiving->ioprio |= IORING_RECVSEND_POLL_FIRST;
  receiving->user_data = 1;
}

}  // namespace

int main() {
  fact::ring ring;
  int ends[2];
  fact::must("socketpair", socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends));
  fact::must("send", send(ends[1], "x", 1, 0));
  receive(ring, ends[0]);
  fact::expect("a receive of what is there", ring.next().result, 1);

  receive(ring, ends[0]);
  fact::expect("completions of a receive of nothing", ring.count(), 0);
  fact::must("send", send(ends[1], "y", 1, 0));
  fact::expect("a receive of what comes", ring.next().result, 1);

  receive(ring, ends[0]);
  fact::expect("completions of a receive of nothing", ring.count(), 0);
  fact::must("close", close(ends[1]));
  fact::expect("a receive at the end", ring.next().result, 0);
  return fact::holds();
}
