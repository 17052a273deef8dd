// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <liburing.h>

#include <cstdint>

#include "fact.hpp"

namespace fact {

/// What io_uring says of an entry.
struct completion {
  std::uint64_t name;  // The user_data of its entry.
  int result;
  unsigned flags;

  bool has_more() const { return (flags & IORING_CQE_F_MORE) != 0; }
};

/// A ring of the kind that runtime/src/uring_driver.cpp makes. Skips the program where io_uring is
/// refused.
class ring {
 public:
  explicit ring(unsigned entries = 8, unsigned completions = 32) {
    io_uring_params parameters{};
    parameters.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN |
                       IORING_SETUP_TASKRUN_FLAG | IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP |
                       IORING_SETUP_SUBMIT_ALL;
    parameters.cq_entries = completions;
    const int status = io_uring_queue_init_params(entries, &ring_, &parameters);
    if (status < 0) skip("io_uring is refused here", -status);
    features_ = parameters.features;
  }
  ring(const ring&) = delete;
  ring& operator=(const ring&) = delete;
  ~ring() { io_uring_queue_exit(&ring_); }

  io_uring* get() { return &ring_; }
  unsigned features() const { return features_; }

  /// The flags by which the kernel asks to be entered.
  unsigned kernel_flags() const { return __atomic_load_n(ring_.sq.kflags, __ATOMIC_RELAXED); }

  /// A new entry; set its user_data when it is prepared.
  io_uring_sqe* entry() {
    io_uring_sqe* const taken = io_uring_get_sqe(&ring_);
    if (taken == nullptr) expect("room in the queue of entries", 0, 1);
    return taken;
  }

  void submit() { must_not_fail("io_uring_submit", io_uring_submit(&ring_)); }

  /// Submits what is prepared, and waits for the next completion.
  completion next() {
    must_not_fail("io_uring_submit_and_wait", io_uring_submit_and_wait(&ring_, 1));
    io_uring_cqe* first = nullptr;
    must_not_fail("io_uring_peek_cqe", io_uring_peek_cqe(&ring_, &first));
    const completion seen{.name = first->user_data, .result = first->res, .flags = first->flags};
    io_uring_cqe_seen(&ring_, first);
    return seen;
  }

  /// Submits what is prepared, lets the kernel deliver, and tells how many completions there are.
  unsigned count() {
    must_not_fail("io_uring_enter", io_uring_submit_and_get_events(&ring_));
    return io_uring_cq_ready(&ring_);
  }

 private:
  static void must_not_fail(const char* call, int status) {
    if (status < 0) errno = -status;
    must(call, status);
  }

  io_uring ring_{};
  unsigned features_ = 0;
};

}  // namespace fact
