// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "orders/order_clients.hpp"
#include "orders/service_summary.hpp"

namespace weir::bench {

/// What one program needed for one round of orders.
struct round_result {
  double events_per_second = 0;
  double cpu_us_per_event = 0;
  double peak_memory_kib = 0;
};

/// One round each on a fresh stream and an empty table. Throws when an order was lost or doubled:
/// a wrong program's speed means nothing.
task<round_result> run_weir(const orders::order_servers& on, orders::order_clients with,
                            std::uint64_t orders);
task<round_result> run_go_peer(const orders::order_servers& on, orders::order_clients with,
                               std::uint64_t orders, std::string program);

/// Orders that come on a schedule: weir's summary holds their latency from storage to
/// acknowledgement.
task<orders::service_summary> run_open_loop(const orders::order_servers& on,
                                            orders::order_clients with, std::uint64_t orders,
                                            std::uint64_t orders_per_second);

}  // namespace weir::bench
