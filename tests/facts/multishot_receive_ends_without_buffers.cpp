// SPDX-License-Identifier: Apache-2.0
// The fact: a multishot receive fills one buffer of its ring after the other, each completion with
// IORING_CQE_F_MORE and the number of the buffer. When the ring is empty it ends with -ENOBUFS and
// takes nothing; armed again, with buffers there, it goes on with the next byte. At the end of the
// stream it ends with 0.
//
// Who relies on it: runtime/src/arrivals.cpp (ended), driver.cpp (wait_for_buffer), and so the
// back-pressure of socket_stream::receive(). Should it lose or reorder bytes when buffers run out,
// receive() could no longer hand out more than is read; each connection would need a count of the
// buffers that are left.
#include <sys/socket.h>

#include <string>

#include "ring.hpp"

namespace {

constexpr unsigned buffers = 2;
constexpr unsigned buffer_bytes = 4;
constexpr unsigned page_bytes = 4096;

alignas(page_bytes) char ring_memory[page_bytes];
char memory[buffers][buffer_bytes];

io_uring_buf_ring* buffer_ring() { return reinterpret_cast<io_uring_buf_ring*>(ring_memory); }

void put_back(unsigned short number) {
  io_uring_buf_ring_add(buffer_ring(), memory[number], buffer_bytes, number, buffers - 1, 0);
  io_uring_buf_ring_advance(buffer_ring(), 1);
}

void arm(fact::ring& ring, int socket) {
  io_uring_sqe* const receiving = ring.entry();
  io_uring_prep_recv_multishot(receiving, socket, nullptr, 0, 0);
  receiving->ioprio |= IORING_RECVSEND_POLL_FIRST;
  receiving->flags |= IOSQE_BUFFER_SELECT;
  receiving->user_data = 1;
}

/// What the next completion has brought.
std::string next_text(fact::ring& ring) {
  const fact::completion seen = ring.next();
  fact::expect(seen.has_more(), "the receive ended with bytes");
  fact::expect((seen.flags & IORING_CQE_F_BUFFER) != 0, "bytes came without a buffer");
  return {memory[seen.flags >> IORING_CQE_BUFFER_SHIFT], static_cast<std::size_t>(seen.result)};
}

}  // namespace

int main() {
  fact::ring ring;
  io_uring_buf_reg registration{};
  registration.ring_addr = reinterpret_cast<std::uintptr_t>(ring_memory);
  registration.ring_entries = buffers;
  fact::expect("io_uring_register_buf_ring",
               io_uring_register_buf_ring(ring.get(), &registration, 0), 0);
  for (unsigned short number = 0; number < buffers; ++number) put_back(number);
  int ends[2];
  fact::must("socketpair", socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends));

  fact::must("send", send(ends[1], "abcdefghijkl", 12, 0));
  arm(ring, ends[0]);
  fact::expect(next_text(ring) == "abcd", "the first buffer has not the first bytes");
  fact::expect(next_text(ring) == "efgh", "the second buffer has not the next bytes");
  const fact::completion without = ring.next();
  fact::expect("a receive without buffers", without.result, -ENOBUFS);
  fact::expect(!without.has_more(), "the receive goes on without buffers");

  for (unsigned short number = 0; number < buffers; ++number) put_back(number);
  arm(ring, ends[0]);
  fact::expect(next_text(ring) == "ijkl", "armed again, it has lost or repeated bytes");
  fact::expect("completions without bytes", ring.count(), 0);
  close(ends[1]);
  const fact::completion ended = ring.next();
  fact::expect("the end of the stream", ended.result, 0);
  fact::expect(!ended.has_more(), "the receive goes on after the end of the stream");
  return fact::holds();
}
