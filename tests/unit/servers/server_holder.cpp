// SPDX-License-Identifier: Apache-2.0
// Starts a nats-server and a PostgreSQL, prints "<pid> <directory>" of each on a line of its own,
// and waits for the signal that ends it.
#include <unistd.h>

#include <cstdio>

#include "servers/nats_server.hpp"
#include "servers/postgres_server.hpp"

int main() {
  weir::servers::nats_server nats;
  nats.start();
  weir::servers::postgres_server postgres;
  postgres.start();
  std::printf("%d %s\n", nats.pid(), nats.directory().c_str());
  std::printf("%d %s\n", postgres.pid(), postgres.directory().c_str());
  std::fflush(stdout);
  pause();
}
