// SPDX-License-Identifier: Apache-2.0
// Private servers for tests in other languages: prints NATS_URL=... and DATABASE_URL=... when both
// are there, and ends them when its standard input ends.
#include <unistd.h>

#include <cstdio>

#include "servers/nats_server.hpp"
#include "servers/postgres_server.hpp"
#include "servers/server_error.hpp"

int main() {
  try {
    weir::servers::nats_server nats;
    weir::servers::postgres_server postgres;
    nats.start();
    postgres.start();
    std::printf("NATS_URL=%s\nDATABASE_URL=%s\n", nats.url().c_str(), postgres.conninfo().c_str());
    std::fflush(stdout);
    char byte = 0;
    while (read(STDIN_FILENO, &byte, 1) > 0) {
    }
  } catch (const weir::servers::server_error& failure) {
    std::fprintf(stderr, "%s\n", failure.what());
    return 1;
  }
  return 0;
}
