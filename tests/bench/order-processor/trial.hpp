// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "orders/order_clients.hpp"
#include "side.hpp"

namespace weir::bench {

/// The servers of all sides, and connections to them.
struct bench_place {
  const orders::order_servers& servers;
  orders::order_clients with;
};

/// Lets a side handle a backlog: orders that are in the stream before it starts. The time is the
/// same for all: from the side's word that it is ready to the server's that every order is
/// acknowledged. Throws unless all is right afterwards.
task<trial_result> run_backlog(bench_place at, side who, std::uint64_t orders);

/// Lets a side handle orders that come on a schedule, which waits for nobody.
task<latency> run_schedule(bench_place at, side who, std::uint64_t orders,
                           std::uint64_t orders_per_second);

/// Starts a variant of weir's and ends it, for the tables that it makes.
task<> make_tables(bench_place at, side weir);

}  // namespace weir::bench
