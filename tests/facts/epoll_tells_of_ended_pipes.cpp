// SPDX-License-Identifier: Apache-2.0
// The fact: epoll tells of the end of a pipe though nobody asked for it: EPOLLHUP to whoever reads,
// with EPOLLIN while there is something to read and without it afterwards; EPOLLERR to whoever
// writes.
//
// Who relies on it: runtime/src/epoll_driver.cpp (ready and attempt, which take EPOLLERR and
// EPOLLHUP for an end of any wait). Should it wait to be asked, interest() would have to ask.
#include <fcntl.h>
#include <sys/epoll.h>

#include "fact.hpp"

namespace {

/// The events of a descriptor for which `asked` was asked.
unsigned events_of(int descriptor, unsigned asked) {
  const int source = fact::must("epoll_create1", epoll_create1(EPOLL_CLOEXEC));
  epoll_event event{.events = asked | EPOLLONESHOT, .data = {.fd = descriptor}};
  fact::must("epoll_ctl", epoll_ctl(source, EPOLL_CTL_ADD, descriptor, &event));
  const int count = fact::must("epoll_wait", epoll_wait(source, &event, 1, 0));
  close(source);
  return count == 0 ? 0 : event.events;
}

}  // namespace

int main() {
  int ends[2];
  fact::must("pipe2", pipe2(ends, O_NONBLOCK));
  fact::expect("the events of a pipe that waits", events_of(ends[0], EPOLLIN), 0);
  fact::must("write", write(ends[1], "x", 1));
  fact::must("close", close(ends[1]));
  fact::expect("with a byte left", events_of(ends[0], EPOLLIN), EPOLLIN | EPOLLHUP);
  char byte = 0;
  fact::must("read", read(ends[0], &byte, 1));
  fact::expect("with nothing left", events_of(ends[0], EPOLLIN), EPOLLHUP);
  fact::expect("without having asked", events_of(ends[0], 0), EPOLLHUP);
  close(ends[0]);

  fact::must("pipe2", pipe2(ends, O_NONBLOCK));
  fact::must("close", close(ends[0]));
  fact::expect("to whoever writes", events_of(ends[1], 0), EPOLLERR);
  return fact::holds();
}
