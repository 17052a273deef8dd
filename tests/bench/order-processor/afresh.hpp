// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "orders/order_clients.hpp"
#include "side.hpp"

namespace weir::bench {

/// A stream and tables in which nothing is, with all that was written before on the disk.
task<> start_afresh(orders::order_clients with);

/// Throws unless every order was stored once, and its event published once, and the side's inbox
/// has all orders and its outbox nothing: a wrong program's speed means nothing. What weir did not
/// make at its start is not asked for.
task<> require_right(orders::order_clients with, side who, std::uint64_t orders);

task<bool> has_table(orders::order_clients with, std::string name);

}  // namespace weir::bench
