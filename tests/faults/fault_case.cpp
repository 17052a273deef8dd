// SPDX-License-Identifier: Apache-2.0
#include "fault_case.hpp"

#include <doctest/doctest.h>

#include "seed.hpp"
#include "watchdog.hpp"
#include "weir/sleep.hpp"

namespace weir::test {
namespace {

constexpr auto count_unsent = stmt<"select count(*) from weir_outbox">;
constexpr std::chrono::milliseconds look_interval{5};

}  // namespace

fault_case::fault_case() : random(seed()) {
  allow(case_limit_with_redelivery);
  servers.start();
}

std::uint64_t fault_case::random_between(std::uint64_t low, std::uint64_t high) {
  return std::uniform_int_distribution<std::uint64_t>(low, high)(random);
}

task<> fault_case::until_sent(orders::order_clients with) {
  while (co_await with.database.one<std::int64_t>(count_unsent) > 0) co_await sleep(look_interval);
}

task<> fault_case::check_handled_once(orders::order_clients with, std::uint64_t count) {
  const auto outcome = co_await orders::check_orders(with.jetstream, with.database, count);
  CHECK(outcome.rows == count);
  CHECK(outcome.processed_events == count);
  CHECK(outcome.lost == 0);
  CHECK(outcome.duplicates == 0);
  CHECK(outcome.strangers == 0);
}

void play(fault_case& with, scenario story) {
  orders::run_with_clients(with.servers,
                           [&](orders::order_clients clients) { return story(with, clients); });
}

}  // namespace weir::test
