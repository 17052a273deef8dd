// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/epoll.h>

#include <span>
#include <vector>

#include "pooled_operations.hpp"

namespace weir {

/// The driver on epoll, for where io_uring is refused; same contract, one system call more a read.
///
/// An operation is tried at once and waits for readiness only when the kernel says "not now". A
/// descriptor is registered one-shot with the union of what its operations wait for. Files, which
/// are always ready and block all the same, are left to helper threads.
class epoll_driver : public driver {
 public:
  epoll_driver();
  ~epoll_driver() override;

  std::string_view name() const noexcept override { return "epoll"; }
  void start(io_work& operation) noexcept override;
  void cancel(io_work& operation) noexcept override;
  void wait(time_point until) override;
  void wake() noexcept override;

 protected:
  /// How many operations are in flight, without those that wait for clients to connect; the ones
  /// on files count as one. Looks at every descriptor.
  std::size_t io_in_flight() const noexcept;

 private:
  struct watched {
    detail::intrusive_list<io_work, detail::driver_hook> operations;
  };

  watched& at(int descriptor);
  int arm(int descriptor) noexcept;
  void ready(int descriptor, unsigned events) noexcept;
  void deliver_many(io_work& operation) noexcept;
  io_completion receive_into_buffer(const io_request& request) noexcept;
  int wait_for_events(std::span<epoll_event> events, time_point until) noexcept;

  int epoll_descriptor_;
  int wake_descriptor_;
  bool has_pwait2_ =
      true;  // Without it (kernel before 5.11) a sleep is rounded up to milliseconds.
  std::vector<std::unique_ptr<watched>> watched_;  // by descriptor
  pooled_operations pooled_;
};

}  // namespace weir
