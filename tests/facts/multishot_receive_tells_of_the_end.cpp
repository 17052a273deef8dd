// SPDX-License-Identifier: Apache-2.0
// The fact: a multishot receive tells of the end of a TCP stream, whenever it comes: before the
// receive is armed, together with the last bytes, or after them. A receive of one shot, armed again
// after its bytes, does so for Unix sockets.
//
// It is what we rely on for Unix sockets instead of multishot receives: these learn from the kernel
// (since 6.17) that no bytes are left, and wait for something new while the end is there already.
//
// Who relies on it: runtime/src/uring_requests.cpp (may_miss_the_end). Should TCP become like that,
// its receives have to end with each completion too; when the bug is gone from every kernel that we
// support, Unix sockets can be received from by multishot.
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>

#include "ring.hpp"

namespace {

constexpr unsigned buffers = 4;
constexpr unsigned buffer_bytes = 64;
constexpr unsigned page_bytes = 4096;

alignas(page_bytes) char ring_memory[page_bytes];
char memory[buffers][buffer_bytes];

/// When the end comes.
enum class moment { before_arming, with_the_bytes, after_them };

void register_buffers(fact::ring& ring) {
  auto* const buffer_ring = reinterpret_cast<io_uring_buf_ring*>(ring_memory);
  io_uring_buf_ring_init(buffer_ring);
  io_uring_buf_reg registration{};
  registration.ring_addr = reinterpret_cast<std::uintptr_t>(ring_memory);
  registration.ring_entries = buffers;
  fact::expect("io_uring_register_buf_ring",
               io_uring_register_buf_ring(ring.get(), &registration, 0), 0);
  for (unsigned short number = 0; number < buffers; ++number) {
    io_uring_buf_ring_add(buffer_ring, memory[number], buffer_bytes, number, buffers - 1, number);
  }
  io_uring_buf_ring_advance(buffer_ring, buffers);
}

std::array<int, 2> unix_pair() {
  std::array<int, 2> ends{};
  fact::must("socketpair",
             socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()));
  return ends;
}

std::array<int, 2> tcp_pair() {
  const int listener = fact::must("socket", socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const place = reinterpret_cast<sockaddr*>(&address);
  fact::must("bind", bind(listener, place, size));
  fact::must("listen", listen(listener, 1));
  fact::must("getsockname", getsockname(listener, place, &size));
  const int client = fact::must("socket", socket(AF_INET, SOCK_STREAM, 0));
  fact::must("connect", connect(client, place, size));
  const int accepted = fact::must("accept4", accept4(listener, nullptr, nullptr, SOCK_NONBLOCK));
  close(listener);
  return {accepted, client};
}

/// Whether the end of the stream is told to whoever receives; where it must be, it is waited for.
bool tells_of_the_end(std::array<int, 2> ends, moment when, bool multishot, bool it_must) {
  fact::ring ring;
  register_buffers(ring);
  const auto arm = [&] {
    io_uring_sqe* const receiving = ring.entry();
    io_uring_prep_recv(receiving, ends[0], nullptr, 0, 0);
    receiving->ioprio |= IORING_RECVSEND_POLL_FIRST;
    if (multishot) receiving->ioprio |= IORING_RECV_MULTISHOT;
    receiving->flags |= IOSQE_BUFFER_SELECT;
    receiving->user_data = 1;
  };
  const auto end = [&] { fact::must("shutdown", shutdown(ends[1], SHUT_WR)); };

  if (when != moment::before_arming) arm();
  if (when != moment::before_arming) fact::expect("completions of nothing", ring.count(), 0);
  fact::must("send", send(ends[1], "hello", 5, 0));
  if (when != moment::after_them) end();
  if (when == moment::before_arming) arm();
  const fact::completion bytes = ring.next();
  fact::expect("the bytes", bytes.result, 5);
  if (when == moment::after_them) end();
  if (!bytes.has_more()) arm();
  const bool is_told = it_must || ring.count() > 0;
  if (is_told) fact::expect("the end", ring.next().result, 0);
  for (const int descriptor : ends) close(descriptor);
  return is_told;
}

}  // namespace

int main() {
  bool is_missed = false;
  for (const moment when : {moment::before_arming, moment::with_the_bytes, moment::after_them}) {
    tells_of_the_end(tcp_pair(), when, true, true);
    tells_of_the_end(unix_pair(), when, false, true);
    is_missed = is_missed || !tells_of_the_end(unix_pair(), when, true, false);
  }
  fact::tell(is_missed, "a multishot receive can miss the end of a Unix stream");
  return fact::holds();
}
