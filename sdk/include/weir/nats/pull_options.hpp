// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "weir/nats/delivery.hpp"
#include "weir/nats/fetch_options.hpp"
#include "weir/nats/pull_event.hpp"

namespace weir::nats {

/// How a continuous consumer pulls.
struct pull_options {
  /// How many deliveries may be unfinished at the same time, those that wait in here included:
  /// the number of messages that the handlers can have in hand.
  std::size_t slots = 64;
  /// How many bytes they may have together, as the server counts them (see delivery::wire_size());
  /// 0: any number. A message that is larger than all of this comes when no other is unfinished.
  /// With it there is one pull at a time.
  std::size_t max_bytes = 0;
  /// How long one pull waits at the server for messages.
  duration expires = std::chrono::seconds(30);
  /// How often the server says that a waiting pull is alive; at most half of `expires`. A pull that
  /// is silent for twice as long, and for a second or two round trips at least, is taken for lost,
  /// and made again.
  duration heartbeat = std::chrono::seconds(5);
  priority_options priority = {};
  /// Called on the loop; must not throw, nor destroy the source.
  std::function<void(const pull_event&)> on_event = {};
  /// Gets what waits in the source when it stops, to finish it; without it that is given back. The
  /// same rules; not called any more once the source is destroyed.
  std::function<void(delivery)> on_left = {};
};

}  // namespace weir::nats
