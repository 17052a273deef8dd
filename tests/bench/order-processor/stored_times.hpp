// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "side.hpp"
#include "weir/nats/jetstream.hpp"

namespace weir::bench {

/// Reads every message of the stream ORDERS, and compares the times at which the server stored the
/// orders 0 to `orders` - 1 with those of their orders.processed: one clock, and no program's own
/// word. Each order has one event.
task<latency> read_latency(nats::jetstream& jetstream, std::uint64_t orders);

}  // namespace weir::bench
