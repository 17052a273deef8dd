// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "servers/nats_server.hpp"
#include "servers/postgres_server.hpp"
#include "watchdog.hpp"
#include "weir/test/crash_sweep.hpp"

namespace weir::test {

inline constexpr std::chrono::seconds sweep_limit{300};

/// Servers that sweeps may empty, and the time that these take.
struct private_servers {
  private_servers() {
    allow(sweep_limit);
    nats.start();
    postgres.start();
    both.nats.url = nats.url();
    both.postgres.url = postgres.conninfo();
    both.postgres.connections = 4;
  }

  servers::nats_server nats;
  servers::postgres_server postgres;
  service_settings both;
};

}  // namespace weir::test
