// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>

#include "weir/nats/jetstream.hpp"
#include "weir/task.hpp"

namespace weir::orders {

/// How many published orders wait for their confirmation at most.
inline constexpr std::size_t publish_window_max = 1024;
/// How often an order that was not confirmed is published again; the server recognises its id.
inline constexpr unsigned publish_attempts_max = 3;

/// Which orders to publish, and how.
struct publish_plan {
  std::uint64_t count = 0;
  std::uint64_t first = 0;  ///< the number of the first order: see order_number()
  /// Orders a second, on a schedule that does not wait for anybody (open loop); 0: as fast as the
  /// stream takes them.
  std::uint64_t orders_per_second = 0;
  std::function<void(std::uint64_t confirmed)> on_progress = {};  ///< called on the loop
};

/// Makes the stream ORDERS if it is missing.
task<> ensure_orders_stream(nats::jetstream& jetstream);

/// Publishes orders, each exactly once, into the stream ORDERS, which is made if it is missing.
/// Gives the stream's sequence of the last one when all are confirmed. Throws what the server
/// refuses, and the last error after `publish_attempts_max` attempts.
task<std::uint64_t> publish_orders(nats::jetstream& jetstream, publish_plan plan);

}  // namespace weir::orders
