// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nats/nats.h>

#include "transport.hpp"

namespace weir::nats::detail {

/// What the library tells on a thread of its own, brought to the loop.
///
/// The library may call after its connection was destroyed, so its callbacks get a number instead
/// of a pointer, and one that is gone is not told anything.
class cnats_events {
 public:
  /// `listener` is told, on this loop, until the object ends.
  explicit cnats_events(transport_listener& listener);
  ~cnats_events();
  cnats_events(const cnats_events&) = delete;
  cnats_events& operator=(const cnats_events&) = delete;

  natsStatus register_with(natsOptions* options) const noexcept;

 private:
  std::uintptr_t number_;
};

}  // namespace weir::nats::detail
