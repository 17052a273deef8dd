// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "servers/nats_server.hpp"
#include "servers/postgres_server.hpp"

namespace weir::orders {

/// What the order-processor needs: a private nats-server and a private PostgreSQL.
struct order_servers {
  servers::nats_server nats;
  servers::postgres_server postgres;

  /// Starts both and waits until they serve. Blocks; throws servers::server_error.
  void start() {
    nats.start();
    postgres.start();
  }
};

}  // namespace weir::orders
