// SPDX-License-Identifier: Apache-2.0
// The fact: a read or write at position -1 of a pipe or terminal that is non-blocking waits, as for
// a socket; it does not give -EAGAIN. It ends with what there is, with 0 when the other end of the
// pipe is closed, and with -ECANCELED when it is cancelled.
//
// Who relies on it: runtime/include/weir/driver.hpp (current_position), pipe_reader.cpp, file.cpp
// (which opens terminals so). Should it give -EAGAIN instead, they would have to poll first, as
// pipe_writer does.
#include <fcntl.h>

#include "ring.hpp"

namespace {

constexpr auto no_position = static_cast<std::uint64_t>(-1);

char bytes[4096];

void start_read(fact::ring& ring, int from) {
  io_uring_sqe* const reading = ring.entry();
  io_uring_prep_read(reading, from, bytes, sizeof bytes, no_position);
  reading->user_data = 1;
  fact::expect("completions of a read of nothing", ring.count(), 0);
}

void drain(int from) {
  while (read(from, bytes, sizeof bytes) > 0) continue;
}

/// Reads what `sink` writes, and cancels a read of nothing.
void look_at_reads(fact::ring& ring, int source, int sink) {
  start_read(ring, source);
  fact::must("write", write(sink, "x\n", 2));
  fact::expect("the read", ring.next().result, 2);

  start_read(ring, source);
  io_uring_sqe* const cancelling = ring.entry();
  io_uring_prep_cancel64(cancelling, 1, 0);
  cancelling->user_data = 2;
  for (int completions = 0; completions < 2; ++completions) {
    const fact::completion seen = ring.next();
    if (seen.name == 1) fact::expect("the cancelled read", seen.result, -ECANCELED);
  }
}

void look_at_terminal(fact::ring& ring) {
  const int keyboard = posix_openpt(O_RDWR | O_NOCTTY);
  if (keyboard < 0) return;  // A sandbox without terminals.
  fact::must("unlockpt", unlockpt(keyboard));
  const char* const name = ptsname(keyboard);
  const int terminal = fact::must("open", open(name, O_RDWR | O_NOCTTY | O_NONBLOCK));
  look_at_reads(ring, terminal, keyboard);
}

}  // namespace

int main() {
  fact::ring ring;
  look_at_terminal(ring);
  int ends[2];
  fact::must("pipe2", pipe2(ends, O_NONBLOCK));
  look_at_reads(ring, ends[0], ends[1]);

  while (write(ends[1], bytes, sizeof bytes) > 0) continue;
  fact::expect("a write to a full pipe", errno, EAGAIN);
  static const char block[sizeof bytes] = {};
  io_uring_sqe* const writing = ring.entry();
  io_uring_prep_write(writing, ends[1], block, sizeof block, no_position);
  writing->user_data = 3;
  fact::expect("completions of a write without room", ring.count(), 0);
  drain(ends[0]);
  fact::expect("the write", ring.next().result, sizeof block);
  drain(ends[0]);

  start_read(ring, ends[0]);
  fact::must("close", close(ends[1]));
  fact::expect("the read at the end", ring.next().result, 0);
  return fact::holds();
}
