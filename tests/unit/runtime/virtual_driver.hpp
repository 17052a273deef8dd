// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cerrno>

#include "weir/driver.hpp"
#include "weir/loop.hpp"

namespace weir::test {

/// A driver without a kernel: its clock stands still while tasks run, and jumps to the next timer
/// when none is ready. It has no I/O and no other threads.
class virtual_driver final : public driver {
 public:
  std::string_view name() const noexcept override { return "virtual"; }
  void start(io_work& operation) noexcept override { operation.complete(-ENOSYS); }
  void cancel(io_work&) noexcept override {}
  void wait(time_point until) override {
    if (until == time_point::max()) return loop::current().deadlocked();
    if (until > now_) now_ = until;
  }
  void wake() noexcept override {}
  time_point now() const noexcept override { return now_; }

 private:
  time_point now_{};
};

}  // namespace weir::test
