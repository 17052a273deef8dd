// SPDX-License-Identifier: Apache-2.0
// The fact: a non-blocking connect to a Unix socket whose listener has no room gives EAGAIN, and
// nothing is under way then: the socket polls as writable at once, and has no error to tell.
//
// Who relies on it: runtime/src/epoll_driver.cpp (attempt), where EAGAIN ends a connect while
// EINPROGRESS lets it wait. Should EAGAIN mean that it goes on, such a connect would be given up
// too early; should one wait for it to be writable, it would take a socket that is not connected
// for one that is.
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "fact.hpp"

int main() {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  socklen_t size = sizeof address;
  auto* const place = reinterpret_cast<sockaddr*>(&address);
  const int listener = fact::must("socket", socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0));
  fact::must("bind", bind(listener, place, sizeof(sa_family_t)));  // The kernel finds a name.
  fact::must("listen", listen(listener, 0));
  fact::must("getsockname", getsockname(listener, place, &size));

  const int first = fact::must("socket", socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0));
  fact::must("connect", connect(first, place, size));
  const int second = fact::must("socket", socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0));
  fact::expect("a connect without room", connect(second, place, size), -1);
  fact::expect("the reason", errno, EAGAIN);

  pollfd polled{.fd = second, .events = POLLOUT, .revents = 0};
  fact::must("poll", poll(&polled, 1, 0));
  fact::expect("POLLOUT of a socket that is not connected", polled.revents & POLLOUT, POLLOUT);
  int failure = 0;
  socklen_t failure_size = sizeof failure;
  fact::must("getsockopt", getsockopt(second, SOL_SOCKET, SO_ERROR, &failure, &failure_size));
  fact::expect("its error", failure, 0);

  fact::must("accept", accept(listener, nullptr, nullptr));
  fact::must("connect, with room", connect(second, place, size));
  return fact::holds();
}
