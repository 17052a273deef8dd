// SPDX-License-Identifier: Apache-2.0
// The service is started before its servers.
#include <doctest/doctest.h>
#include <signal.h>

#include <string>
#include <string_view>

#include "fault_case.hpp"
#include "refuse_connections.hpp"

namespace weir::test {
namespace {

constexpr std::uint64_t order_count = 1000;
constexpr int attempts = 4;

int occurrences(std::string_view text, std::string_view of) {
  int count = 0;
  for (auto at = text.find(of); at != text.npos; at = text.find(of, at + 1)) ++count;
  return count;
}

constexpr std::string_view waiting_for_postgres = "STATUS=waiting for PostgreSQL";
constexpr std::string_view no_nats = "no connection to nats-server";
constexpr std::string_view no_postgres = "waiting for PostgreSQL";

task<> handle_orders(fault_case& at, orders::order_clients with) {
  const auto last = co_await orders::publish_orders(with.jetstream, {.count = order_count});
  co_await orders::wait_drained(with.jetstream, {.last_sequence = last});
  co_await at.check_handled_once(with, order_count);
}

}  // namespace

TEST_SUITE("faults.start") {
  TEST_CASE("a service whose servers are down tries on, says so once, and becomes ready later") {
    fault_case at;
    at.servers.nats.stop();
    at.servers.postgres.stop();

    at.service.start();
    refuse_connections(at.servers.nats.port(), attempts);
    at.service.wait_told(waiting_for_postgres, 2);
    CHECK_FALSE(at.service.is_ready());
    CHECK(at.service.is_running());
    CHECK(occurrences(at.service.output(), no_nats) == 1);
    CHECK(occurrences(at.service.output(), no_postgres) == 1);

    at.servers.nats.start();
    at.service.wait_told(waiting_for_postgres, 3);
    CHECK_FALSE(at.service.is_ready());
    at.servers.postgres.start();
    at.service.wait_ready();
    CHECK(occurrences(at.service.output(), no_nats) == 1);
    CHECK(occurrences(at.service.output(), no_postgres) == 1);

    play(at, handle_orders);
    CHECK(at.service.terminate() == "exit code 0");
  }

  TEST_CASE("a service tells what its tasks wait for when SIGUSR1 asks, and goes on") {
    fault_case at;
    at.servers.postgres.stop();
    at.service.start();
    at.service.wait_told(waiting_for_postgres, 1);
    REQUIRE(kill(at.service.pid(), SIGUSR1) == 0);
    at.servers.postgres.start();
    at.service.wait_ready();
    CHECK(at.service.terminate() == "exit code 0");
    CHECK(occurrences(at.service.output(), "loop 1 on ") == 1);
    CHECK(occurrences(at.service.output(), "::when_possible") == 1);
  }

  TEST_CASE("a service that waits for its servers ends at once when it is asked to") {
    fault_case at;
    at.servers.nats.stop();
    at.servers.postgres.stop();
    at.service.start();
    refuse_connections(at.servers.postgres.port(), attempts);
    CHECK(at.service.terminate() == "exit code 0");
  }
}

}  // namespace weir::test
