// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include "weir/nats/jetstream.hpp"
#include "weir/task.hpp"

namespace weir::orders {

/// How long all orders may take to be handled. It covers a redelivery after a service was killed,
/// which the server makes when an acknowledgement is late by the consumer's ack_wait.
inline constexpr std::chrono::seconds drained_limit{120};
/// How often the server is asked.
inline constexpr std::chrono::milliseconds drained_interval{2};

/// What to wait for.
struct drained_goal {
  std::uint64_t last_sequence = 0;  ///< of the last order in the stream
  std::string consumer = "order-processor";
  std::function<void(std::uint64_t waiting)> on_progress = {};  ///< called on the loop
  std::chrono::seconds limit = drained_limit;
  std::chrono::milliseconds interval = drained_interval;
};

/// Suspends until a consumer of the stream ORDERS has been given, and has acknowledged or ended,
/// everything up to the goal. Servers may come and go meanwhile. Throws `deadline_exceeded`, with
/// the consumer's state, after the goal's limit.
task<> wait_drained(nats::jetstream& jetstream, drained_goal goal);

/// Suspends until the stream ORDERS holds `events` messages beside the `orders` that were
/// published: so many orders.processed.
task<> wait_processed(nats::jetstream& jetstream, std::uint64_t orders, std::uint64_t events);

}  // namespace weir::orders
