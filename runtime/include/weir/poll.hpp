// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <poll.h>

#include "weir/detail/with_result.hpp"
#include "weir/loop.hpp"

namespace weir {

/// The wait of poll().
class [[nodiscard]] poll_operation final : public io_operation {
 public:
  /// A look at a descriptor takes nothing from it, so one that came too late may be forgotten.
  static constexpr bool is_selectable = true;

  poll_operation(int descriptor, short events) noexcept
      : io_operation({.kind = io_kind::poll, .descriptor = descriptor, .events = events}) {}

  auto as_result() && { return detail::with_result<poll_operation>(std::move(*this)); }

  /// The events that came: of those asked for, POLLERR and POLLHUP.
  short await_resume() const { return finish().value(); }

  /// The outcome of the completed wait.
  result<short> finish() const {
    const int events = io_operation::await_resume();
    if (events < 0) return error::from_errno(-events, describe());
    return static_cast<short>(events);
  }

 private:
  std::string describe() const {
    return "poll of descriptor " + std::to_string(request().descriptor);
  }
};

/// Suspends until `descriptor` is ready for one of `events` (POLLIN, POLLOUT), or failed or hung
/// up.
///
/// One look, not a subscription: call it again after each read that drained the descriptor or not.
/// The descriptor must stay open until the wait is over; cancel the task before closing it.
inline poll_operation poll(int descriptor, short events) noexcept {
  return poll_operation(descriptor, events);
}

}  // namespace weir
