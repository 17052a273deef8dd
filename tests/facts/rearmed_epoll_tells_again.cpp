// SPDX-License-Identifier: Apache-2.0
// The fact: EPOLLONESHOT tells once and is silent then, whatever comes; EPOLL_CTL_MOD makes it tell
// again, at once where the descriptor is ready still. A descriptor that was closed is forgotten
// without a word: its number, given again, gives ENOENT to EPOLL_CTL_MOD.
//
// Who relies on it: runtime/src/epoll_driver.cpp (arm and ready). Should re-arming wait for
// something new, a read that left something would have to be followed by another attempt; should a
// closed descriptor be remembered, closing would have to go through the driver.
#include <sys/epoll.h>
#include <sys/socket.h>

#include "fact.hpp"

namespace {

int source = -1;

int change(int operation, int descriptor) {
  epoll_event event{.events = EPOLLIN | EPOLLONESHOT, .data = {.fd = descriptor}};
  return epoll_ctl(source, operation, descriptor, &event);
}

/// How many events there are now.
int count() {
  epoll_event event{};
  return fact::must("epoll_wait", epoll_wait(source, &event, 1, 0));
}

}  // namespace

int main() {
  source = fact::must("epoll_create1", epoll_create1(EPOLL_CLOEXEC));
  int ends[2];
  fact::must("socketpair", socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends));
  fact::must("send", send(ends[1], "ab", 2, 0));
  fact::must("epoll_ctl", change(EPOLL_CTL_ADD, ends[0]));
  fact::expect("events of a readable socket", count(), 1);
  fact::must("send", send(ends[1], "c", 1, 0));
  fact::expect("events after the one", count(), 0);
  char byte = 0;
  fact::must("recv", recv(ends[0], &byte, 1, 0));
  fact::must("epoll_ctl", change(EPOLL_CTL_MOD, ends[0]));
  fact::expect("events of what is left, armed again", count(), 1);

  fact::must("epoll_ctl", change(EPOLL_CTL_MOD, ends[0]));
  fact::must("close", close(ends[0]));
  fact::expect("events of a closed descriptor", count(), 0);
  const int again = fact::must("dup2", dup2(ends[1], ends[0]));
  fact::expect("EPOLL_CTL_MOD of the number, given again", change(EPOLL_CTL_MOD, again), -1);
  fact::expect("the reason", errno, ENOENT);
  fact::must("epoll_ctl", change(EPOLL_CTL_ADD, again));
  return fact::holds();
}
