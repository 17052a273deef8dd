// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "weir/driver.hpp"

namespace weir::test {

/// The driver that WEIR_DRIVER names, with a clock that a test can put forward.
class shifted_driver final : public driver {
 public:
  shifted_driver() : real_(make_driver(driver_choice::automatic, nullptr)) {}

  void put_clock_forward(duration by) noexcept { shift_ += by; }

  std::string_view name() const noexcept override { return real_->name(); }
  void start(io_work& operation) noexcept override { real_->start(operation); }
  void cancel(io_work& operation) noexcept override { real_->cancel(operation); }
  void wait(time_point until) override {
    const bool shifts = until != time_point::max() && until != time_point::min();
    real_->wait(shifts ? until - shift_ : until);
  }
  void wake() noexcept override { real_->wake(); }
  time_point now() const noexcept override { return real_->now() + shift_; }

 private:
  std::unique_ptr<driver> real_;
  duration shift_{};
};

}  // namespace weir::test
