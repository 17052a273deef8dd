// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "servers/nats_server.hpp"
#include "servers/postgres_server.hpp"

namespace weir::dev {

/// The servers that a service is worked on with, under guards: however this process ends, they end.
struct private_servers {
  private_servers(const servers::server_place& of_nats, const servers::server_place& of_postgres)
      : nats({}, of_nats), postgres(of_postgres) {}

  servers::nats_server nats;
  servers::postgres_server postgres;
};

}  // namespace weir::dev
