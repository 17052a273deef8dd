// SPDX-License-Identifier: Apache-2.0
// Two rings of two threads that wake each other in turn, by hand: through an eventfd that each
// reads, as weir's driver does, and through messages from ring to ring (IORING_OP_MSG_RING).
#include <liburing.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <barrier>
#include <cerrno>
#include <thread>

#include "cpu_time.hpp"
#include "operations.hpp"
#include "weir/error.hpp"

namespace weir::bench {
namespace {

constexpr unsigned entries = 64;
constexpr std::uint64_t wake_mark = 1;

enum class means { eventfd, message };

void require(int status, const char* what) {
  if (status < 0) throw error::from_errno(-status, what);
}

/// One thread's ring, made and used on that thread.
class waking_ring {
 public:
  explicit waking_ring(means how) : how_(how), counter_(::eventfd(0, EFD_CLOEXEC)) {
    io_uring_params parameters{};
    parameters.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN |
                       IORING_SETUP_TASKRUN_FLAG | IORING_SETUP_SUBMIT_ALL;
    require(io_uring_queue_init_params(entries, &ring_, &parameters), "io_uring for a wake peer");
    if (how_ == means::eventfd) read_counter();
  }
  ~waking_ring() {
    io_uring_queue_exit(&ring_);
    ::close(counter_);
  }
  waking_ring(const waking_ring&) = delete;
  waking_ring& operator=(const waking_ring&) = delete;

  void wake(const waking_ring& other) noexcept {
    if (how_ == means::eventfd) {
      const std::uint64_t one = 1;
      [[maybe_unused]] const auto written = ::write(other.counter_, &one, sizeof one);
      return;
    }
    // Best for the message: it is sent by the call that waits, or by flush().
    io_uring_sqe* entry = io_uring_get_sqe(&ring_);
    io_uring_prep_msg_ring(entry, other.ring_.ring_fd, 0, wake_mark, 0);
    entry->flags |= IOSQE_CQE_SKIP_SUCCESS;
    io_uring_sqe_set_data64(entry, 0);
  }

  void wait() {
    for (bool woken = false; !woken;) {
      const int status = io_uring_submit_and_wait(&ring_, 1);
      if (status < 0 && status != -EINTR) require(status, "io_uring_enter of a wake peer");
      unsigned head = 0;
      unsigned count = 0;
      io_uring_cqe* completion = nullptr;
      io_uring_for_each_cqe(&ring_, head, completion) {
        ++count;
        require(completion->res, "wake the other ring");
        woken = woken || completion->user_data == wake_mark;
      }
      io_uring_cq_advance(&ring_, count);
    }
    if (how_ == means::eventfd) read_counter();
  }

  void flush() { io_uring_submit(&ring_); }

 private:
  void read_counter() noexcept {
    io_uring_sqe* entry = io_uring_get_sqe(&ring_);
    io_uring_prep_read(entry, counter_, &counted_, sizeof counted_, 0);
    io_uring_sqe_set_data64(entry, wake_mark);
  }

  means how_;
  int counter_;
  std::uint64_t counted_ = 0;
  io_uring ring_{};
};

double round_trip(means how) {
  std::array<const waking_ring*, 2> rings{};
  std::barrier both(2);
  const auto take_turns = [&](std::size_t self) {
    waking_ring own(how);
    rings[self] = &own;
    both.arrive_and_wait();
    const waking_ring& other = *rings[1 - self];
    for (int round = 0; round < round_trips; ++round) {
      if (self == 0) own.wake(other);
      own.wait();
      if (self == 1) own.wake(other);
    }
    own.flush();
    both.arrive_and_wait();
  };
  const double start = process_cpu_ns();
  std::thread answering(take_turns, 1);
  take_turns(0);
  answering.join();
  return (process_cpu_ns() - start) / round_trips;
}

}  // namespace

double eventfd_round_trip() { return round_trip(means::eventfd); }
double message_round_trip() { return round_trip(means::message); }

}  // namespace weir::bench
