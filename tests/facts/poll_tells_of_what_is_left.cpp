// SPDX-License-Identifier: Apache-2.0
// The fact: a one-shot poll of a descriptor that is ready completes at once, and again after a read
// that left something. A multishot poll tells of what comes, not of what is left.
//
// Who relies on it: runtime/include/weir/poll.hpp, and with it the clients of libpq and libnats,
// which read as much as they like. Should a one-shot poll wait for something new, each of its users
// would have to read until the kernel says EAGAIN before waiting.
#include <poll.h>
#include <sys/socket.h>

#include "ring.hpp"

namespace {

void arm(fact::ring& ring, int descriptor, bool multishot) {
  io_uring_sqe* const polling = ring.entry();
  if (multishot) {
    io_uring_prep_poll_multishot(polling, descriptor, POLLIN);
  } else {
    io_uring_prep_poll_add(polling, descriptor, POLLIN);
  }
  polling->user_data = 1;
}

}  // namespace

int main() {
  fact::ring ring;
  int ends[2];
  fact::must("socketpair", socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends));
  char byte = 0;

  fact::must("send", send(ends[1], "ab", 2, 0));
  for (int reads = 0; reads < 2; ++reads) {
    arm(ring, ends[0], false);
    const fact::completion ready = ring.next();
    fact::expect("the events of a readable socket", ready.result, POLLIN);
    fact::expect(!ready.has_more(), "a one-shot poll goes on");
    fact::must("recv", recv(ends[0], &byte, 1, 0));
  }
  arm(ring, ends[0], false);
  fact::expect("completions of a poll with nothing to read", ring.count(), 0);
  fact::must("send", send(ends[1], "c", 1, 0));
  fact::expect("the events of a byte that comes", ring.next().result, POLLIN);
  fact::must("recv", recv(ends[0], &byte, 1, 0));

  arm(ring, ends[0], true);
  fact::must("send", send(ends[1], "ab", 2, 0));
  fact::expect("the events that a multishot poll tells", ring.next().result & POLLIN, POLLIN);
  fact::must("recv", recv(ends[0], &byte, 1, 0));
  fact::tell(ring.count() == 0, "a multishot poll is silent about what a read has left");
  return fact::holds();
}
