// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>

#include "weir/loop.hpp"

namespace weir::nats::detail::model {

/// Calls a function of the model at a moment of the loop's clock.
///
/// A timer may only wake, so the call is posted; the shared flag keeps it from coming too late.
class alarm final : public weir::detail::timer {
 public:
  explicit alarm(std::function<void()> call)
      : loop_(loop::current()), call_(std::make_shared<std::function<void()>>(std::move(call))) {}
  ~alarm() { disarm(); }

  /// At `when` and not before; the end of time for never.
  void set(time_point when) {
    disarm();
    if (when != time_point::max()) loop_.timers().arm(*this, when);
  }

 private:
  void disarm() noexcept {
    if (is_armed()) loop_.timers().disarm(*this);
  }
  void on_timer() noexcept override {
    loop_.post([late = std::weak_ptr(call_)] {
      if (const auto call = late.lock()) (*call)();
    });
  }

  loop& loop_;
  std::shared_ptr<std::function<void()>> call_;
};

}  // namespace weir::nats::detail::model
