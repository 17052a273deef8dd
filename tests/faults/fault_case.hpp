// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <random>

#include "orders/check_orders.hpp"
#include "orders/order_clients.hpp"
#include "orders/publish_orders.hpp"
#include "orders/service_process.hpp"
#include "orders/service_summary.hpp"
#include "orders/wait_drained.hpp"
#include "weir/blocking.hpp"

namespace weir::test {

/// How long a case may take: a redelivery comes 10 s after an acknowledgement was lost,
/// by the ack_wait of the order-processor.
inline constexpr std::chrono::seconds case_limit_with_redelivery{240};

/// The order-processor with its own servers, which the case then hurts.
struct fault_case {
  fault_case();

  /// A number from `low` to `high`, by the seed of this run.
  std::uint64_t random_between(std::uint64_t low, std::uint64_t high);

  /// Suspends until the service has sent what it has stored to be published.
  task<> until_sent(orders::order_clients with);
  /// Checks that each of the orders 0 to `count` - 1 was stored once and published once.
  task<> check_handled_once(orders::order_clients with, std::uint64_t count);

  orders::order_servers servers;
  orders::service_process service{servers};
  std::mt19937_64 random;
};

/// A case's story as a coroutine: `play(scenario, orders...)`.
using scenario = task<> (*)(fault_case&, orders::order_clients);

/// Runs the story with clients of the case's servers.
void play(fault_case& with, scenario story);

}  // namespace weir::test
