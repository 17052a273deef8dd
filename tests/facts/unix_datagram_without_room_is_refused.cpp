// SPDX-License-Identifier: Apache-2.0
// The fact: with MSG_DONTWAIT a Unix datagram for which its receiver has no room gives -EAGAIN, and
// a poll for POLLOUT ends when there is room; sent again it arrives whole.
//
// It is what we rely on instead of a send that waits in io_uring: the first attempt uses the bytes
// up, and when there is room a datagram without them is sent (seen in 6.18).
//
// Who goes round it: runtime/src/socket_operations.cpp (send_datagram). When the bug is gone from
// every kernel that we support, the wait can be left to io_uring.
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <string>

#include "ring.hpp"

namespace {

int sender = -1;
int receiver = -1;

/// Lets the sender send to the receiver. Of two that are each other's peer, as a pair's, only the
/// sender's own room counts.
void connect_sender() {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  socklen_t size = sizeof address;
  auto* const place = reinterpret_cast<sockaddr*>(&address);
  receiver = fact::must("socket", socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0));
  fact::must("bind", bind(receiver, place, sizeof(sa_family_t)));  // The kernel finds a name.
  fact::must("getsockname", getsockname(receiver, place, &size));
  sender = fact::must("socket", socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0));
  fact::must("connect", connect(sender, place, size));
}

/// Sends what nobody has asked for until there is no room; gives how many that were.
int fill() {
  int count = 0;
  while (send(sender, "filling", 7, MSG_DONTWAIT) > 0) ++count;
  fact::expect("a send without room", errno, EAGAIN);
  return count;
}

void start_send(fact::ring& ring, msghdr& header, unsigned flags) {
  io_uring_sqe* const sending = ring.entry();
  io_uring_prep_sendmsg(sending, sender, &header, flags);
  sending->user_data = 1;
}

std::string receive() {
  char text[64];
  const int size = fact::must("recv", recv(receiver, text, sizeof text, MSG_DONTWAIT));
  return {text, static_cast<std::size_t>(size)};
}

}  // namespace

int main() {
  fact::ring ring;
  connect_sender();
  std::string text = "hello";
  iovec place{.iov_base = text.data(), .iov_len = text.size()};
  msghdr header{};
  header.msg_iov = &place;
  header.msg_iovlen = 1;

  int waiting = fill();
  start_send(ring, header, MSG_DONTWAIT | MSG_NOSIGNAL);
  fact::expect("a send without room that may not wait", ring.next().result, -EAGAIN);
  io_uring_sqe* const polling = ring.entry();
  io_uring_prep_poll_add(polling, sender, POLLOUT);
  polling->user_data = 1;
  fact::expect("completions of a poll without room", ring.count(), 0);
  for (; waiting > 0; --waiting) receive();
  fact::expect("the events of room", ring.next().result & POLLOUT, POLLOUT);
  start_send(ring, header, MSG_DONTWAIT | MSG_NOSIGNAL);
  fact::expect("a send with room", ring.next().result, static_cast<long>(text.size()));
  fact::expect(receive() == text, "the datagram did not arrive whole");

  waiting = fill();
  start_send(ring, header, MSG_NOSIGNAL);
  fact::expect("completions of a send without room", ring.count(), 0);
  for (; waiting > 0; --waiting) receive();
  ring.next();
  fact::tell(receive() != text, "a datagram that waited in io_uring for room lost its bytes");
  return fact::holds();
}
