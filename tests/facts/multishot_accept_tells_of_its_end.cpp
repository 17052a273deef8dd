// SPDX-License-Identifier: Apache-2.0
// The fact: a multishot accept gives each connection with IORING_CQE_F_MORE, close-on-exec and
// non-blocking as asked for; without descriptors it ends, with -EMFILE and without that flag. The
// connection is left in the queue, and an accept that is armed again gets it.
//
// Who relies on it: runtime/src/arrivals.cpp and uring_driver.cpp (report), connections.cpp. Should
// it go on with -EMFILE, on_completion() would take a running operation for an ended one and arm a
// second; should the connection be lost, connections() could not promise that none is.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "ring.hpp"

namespace {

/// A listening Unix socket at an address of the kernel's choice.
int listen_anywhere(sockaddr_un& address, socklen_t& size) {
  const int listener = fact::must("socket", socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0));
  address.sun_family = AF_UNIX;
  auto* const place = reinterpret_cast<sockaddr*>(&address);
  fact::must("bind", bind(listener, place, sizeof(sa_family_t)));
  fact::must("listen", listen(listener, 8));
  fact::must("getsockname", getsockname(listener, place, &size));
  return listener;
}

void arm(fact::ring& ring, int listener) {
  io_uring_sqe* const accepting = ring.entry();
  io_uring_prep_multishot_accept(accepting, listener, nullptr, nullptr,
                                 SOCK_CLOEXEC | SOCK_NONBLOCK);
  accepting->user_data = 1;
}

rlim_t lowest_free_descriptor() {
  const int lowest = fact::must("dup", dup(STDOUT_FILENO));
  close(lowest);
  return static_cast<rlim_t>(lowest);
}

}  // namespace

int main() {
  fact::ring ring;
  sockaddr_un address{};
  socklen_t size = sizeof address;
  const int listener = listen_anywhere(address, size);
  int clients[3];
  for (int& client : clients) client = fact::must("socket", socket(AF_UNIX, SOCK_STREAM, 0));

  // The limit that counts is that of the moment in which the accept is armed.
  rlimit before{};
  fact::must("getrlimit", getrlimit(RLIMIT_NOFILE, &before));
  const rlimit two_left{.rlim_cur = lowest_free_descriptor() + 2, .rlim_max = before.rlim_max};
  fact::must("setrlimit", setrlimit(RLIMIT_NOFILE, &two_left));
  arm(ring, listener);
  for (const int client : clients) {
    fact::must("connect", connect(client, reinterpret_cast<const sockaddr*>(&address), size));
    const fact::completion seen = ring.next();
    if (client == clients[2]) {
      fact::expect("an accept without descriptors", seen.result, -EMFILE);
      fact::expect(!seen.has_more(), "the accept goes on without descriptors");
      break;
    }
    fact::expect(seen.result >= 0, "a connection was not accepted");
    fact::expect(seen.has_more(), "the accept ended with a connection");
    fact::expect("close-on-exec", fcntl(seen.result, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    fact::expect("non-blocking", fcntl(seen.result, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
  }

  fact::must("setrlimit", setrlimit(RLIMIT_NOFILE, &before));
  arm(ring, listener);
  fact::expect(ring.next().result >= 0, "the connection that was not accepted is lost");
  return fact::holds();
}
