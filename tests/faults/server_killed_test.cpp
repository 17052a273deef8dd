// SPDX-License-Identifier: Apache-2.0
// A server dies by SIGKILL in the middle of a run and comes back with what its disk holds.
#include <doctest/doctest.h>

#include "fault_case.hpp"

namespace weir::test {
namespace {

constexpr std::uint64_t order_count = 4000;

/// Publishes the orders, and kills and restarts a server when a random part of them is handled.
task<> kill_in_the_middle(fault_case& at, orders::order_clients with,
                          servers::private_server& victim) {
  const auto last = co_await orders::publish_orders(with.jetstream, {.count = order_count});
  at.service.start();
  const pid_t service_before = at.service.pid();
  co_await orders::wait_processed(with.jetstream, order_count,
                                  at.random_between(1, order_count / 2));
  co_await blocking([&] {
    victim.kill_hard();
    victim.start();
  });
  co_await orders::wait_drained(with.jetstream, {.last_sequence = last});
  co_await at.until_sent(with);
  CHECK(at.service.pid() == service_before);
  const std::string ending = co_await blocking([&] { return at.service.terminate(); });
  CHECK(ending == "exit code 0");
  co_await at.check_handled_once(with, order_count);
}

task<> kill_nats_server(fault_case& at, orders::order_clients with) {
  return kill_in_the_middle(at, with, at.servers.nats);
}

task<> kill_postgres(fault_case& at, orders::order_clients with) {
  return kill_in_the_middle(at, with, at.servers.postgres);
}

}  // namespace

TEST_SUITE("faults.server_killed") {
  TEST_CASE("every order is handled once when nats-server is killed and comes back") {
    fault_case at;
    play(at, kill_nats_server);
  }

  TEST_CASE("every order is handled once when PostgreSQL is killed and comes back") {
    fault_case at;
    play(at, kill_postgres);
  }
}

}  // namespace weir::test
