// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <liburing.h>

#include "weir/driver.hpp"
#include "weir/result.hpp"

namespace weir {

/// The driver on one io_uring, used by the thread that made it alone.
///
/// One `submit_and_wait` a turn: submissions gather until the loop sleeps or the queue is full. A
/// submission or a cancel that finds no room waits in a list of ours; none is ever dropped.
class uring_driver final : public driver {
 public:
  static result<std::unique_ptr<driver>> open();
  /// True for errors that mean "io_uring is not to be had here", which epoll can replace.
  static bool is_refusal(const error& failure) noexcept;

  ~uring_driver() override;

  std::string_view name() const noexcept override { return "uring"; }
  std::string details() const override;
  void start(io_work& operation) noexcept override;
  void cancel(io_work& operation) noexcept override;
  void wait(time_point until) override;
  void wake() noexcept override;

 private:
  explicit uring_driver(int wake_descriptor) noexcept : wake_descriptor_(wake_descriptor) {}
  int setup() noexcept;

  io_uring_sqe* take_entry() noexcept;
  bool submit(io_work& operation) noexcept;
  bool submit_cancel(io_work& operation) noexcept;
  void submit_held_back() noexcept;
  int register_buffer_ring() noexcept;
  bool fill_buffer_ring() noexcept;
  void put_buffer(int index) noexcept override;
  void arm_wake() noexcept;
  /// Wakes another loop's ring by a message from this one, at once. False where that failed.
  bool send_wake(const uring_driver& to) noexcept;
  void enter(time_point until);
  void deliver();
  void report(const io_uring_cqe& completion) noexcept;

  io_uring ring_{};
  bool ring_open_ = false;
  unsigned features_ = 0;
  int wake_descriptor_;
  std::uint64_t wake_value_ = 0;
  bool wake_armed_ = false;
  io_uring_buf_ring* buffer_ring_ = nullptr;  // Buffers lie in it until the kernel takes them.
  bool buffers_given_ = false;                // From the first receive_many on.
  detail::intrusive_list<io_work, detail::driver_hook> held_back_;
};

}  // namespace weir
