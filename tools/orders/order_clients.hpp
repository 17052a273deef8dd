// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "order_servers.hpp"
#include "weir/nats/jetstream.hpp"
#include "weir/postgres/pool.hpp"
#include "weir/task.hpp"

namespace weir::orders {

/// Connections to a pair of servers, to publish orders and to see what came of them.
struct order_clients {
  nats::jetstream& jetstream;
  postgres::pool& database;
};

/// Runs `body` on a loop of its own, with connections that are closed however it ends; throws what
/// it throws. `body` is called once and kept until the end.
void run_with_clients(const order_servers& on, const std::function<task<>(order_clients)>& body);

}  // namespace weir::orders
