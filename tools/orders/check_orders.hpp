// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "weir/nats/jetstream.hpp"
#include "weir/postgres/pool.hpp"
#include "weir/task.hpp"

namespace weir::orders {

/// What came of the orders.
struct order_outcome {
  std::uint64_t published = 0;         ///< messages in the stream that are not orders.processed
  std::uint64_t rows = 0;              ///< in the table orders
  std::uint64_t processed_events = 0;  ///< orders.processed in the stream
  std::uint64_t lost = 0;              ///< orders without a row or without orders.processed
  std::uint64_t duplicates = 0;        ///< orders.processed beyond the first of an order
  std::uint64_t strangers = 0;         ///< rows and events of orders that nobody published
};

/// Reads the whole table and every orders.processed, and compares them with the orders 0 to
/// `count` - 1, id by id. Nothing may be written meanwhile.
task<order_outcome> check_orders(nats::jetstream& jetstream, postgres::pool& database,
                                 std::uint64_t count);

}  // namespace weir::orders
