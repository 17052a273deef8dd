// SPDX-License-Identifier: Apache-2.0
// The fact: a multishot receive that is cancelled delivers what it has taken, and ends with one
// completion without IORING_CQE_F_MORE. What it has not taken is left in the socket.
//
// Who relies on it: runtime/src/arrivals.cpp (keep, which cancels when enough is waiting, and arms
// again later). Should bytes be lost with a cancel, back-pressure by cancelling were impossible:
// the consumer would have to copy what comes until memory is full, or read one shot at a time.
#include <sys/socket.h>

#include <string>

#include "ring.hpp"

namespace {

constexpr unsigned buffers = 4;
constexpr unsigned buffer_bytes = 16;
constexpr unsigned page_bytes = 4096;
constexpr std::uint64_t receive = 1;
constexpr std::uint64_t cancel = 2;

alignas(page_bytes) char ring_memory[page_bytes];
char memory[buffers][buffer_bytes];

void register_buffers(fact::ring& ring) {
  auto* const buffer_ring = reinterpret_cast<io_uring_buf_ring*>(ring_memory);
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

}  // namespace

int main() {
  fact::ring ring;
  register_buffers(ring);
  int ends[2];
  fact::must("socketpair", socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends));
  io_uring_sqe* const receiving = ring.entry();
  io_uring_prep_recv_multishot(receiving, ends[0], nullptr, 0, 0);
  receiving->flags |= IOSQE_BUFFER_SELECT;
  receiving->user_data = receive;
  ring.submit();

  // The kernel knows of the bytes and has not delivered them when the cancel comes.
  fact::must("send", send(ends[1], "abcd", 4, 0));
  io_uring_sqe* const cancelling = ring.entry();
  io_uring_prep_cancel64(cancelling, receive, 0);
  cancelling->user_data = cancel;

  std::string came;
  for (bool receive_ended = false, cancel_ended = false; !receive_ended || !cancel_ended;) {
    const fact::completion seen = ring.next();
    if (seen.name == cancel) {
      cancel_ended = true;
      continue;
    }
    fact::expect(!receive_ended, "the receive completes after its last completion");
    receive_ended = !seen.has_more();
    if (seen.result > 0) {
      came.append(memory[seen.flags >> IORING_CQE_BUFFER_SHIFT],
                  static_cast<std::size_t>(seen.result));
    } else {
      fact::expect("the cancelled receive", seen.result, -ECANCELED);
    }
  }
  char left[buffer_bytes];
  const ssize_t count = recv(ends[0], left, sizeof left, MSG_DONTWAIT);
  if (count > 0) came.append(left, static_cast<std::size_t>(count));
  fact::expect(came == "abcd", "bytes are lost, or came twice");
  fact::expect("completions after the last", ring.count(), 0);
  return fact::holds();
}
