// SPDX-License-Identifier: Apache-2.0
// SIGTERM under load.
#include <doctest/doctest.h>

#include "fault_case.hpp"

namespace weir::test {
namespace {

constexpr std::uint64_t order_count = 5000;

task<> drain_under_load(fault_case& at, orders::order_clients with) {
  const auto last = co_await orders::publish_orders(with.jetstream, {.count = order_count});
  at.service.start();
  co_await orders::wait_processed(with.jetstream, order_count,
                                  at.random_between(1, order_count / 2));
  std::string ending = co_await blocking([&] { return at.service.terminate(); });
  INFO(at.service.output());
  CHECK(ending == "exit code 0");

  // What was begun is finished, whole: row, event, acknowledgement.
  const auto first = orders::summary_of(at.service);
  const auto half = co_await orders::check_orders(with.jetstream, with.database, order_count);
  CHECK(half.rows == first.processed);
  CHECK(half.processed_events == first.processed);
  CHECK(half.lost == order_count - first.processed);
  CHECK(first.processed < order_count);  // otherwise there was no load

  at.service.start();
  co_await orders::wait_drained(with.jetstream, {.last_sequence = last});
  co_await at.until_sent(with);
  ending = co_await blocking([&] { return at.service.terminate(); });
  CHECK(ending == "exit code 0");

  // Nothing that was finished is handled a second time.
  const auto second = orders::summary_of(at.service);
  CHECK(first.processed + second.processed == order_count);
  CHECK(first.duplicates_refused + second.duplicates_refused == 0);
  co_await at.check_handled_once(with, order_count);
}

/// A drain that cannot end, because the database stands still, and a second signal.
task<> cut_a_drain_short(fault_case& at, orders::order_clients with) {
  const auto last = co_await orders::publish_orders(with.jetstream, {.count = order_count});
  at.service.start();
  co_await orders::wait_processed(with.jetstream, order_count,
                                  at.random_between(1, order_count / 2));
  const std::string ending = co_await blocking([&at] {
    at.servers.postgres.pause();
    at.service.ask_to_end();
    at.service.wait_told("STOPPING=1", 1);
    std::string cut_short = at.service.terminate();
    at.servers.postgres.resume();
    return cut_short;
  });
  CHECK(ending == "exit code 1");

  at.service.start();
  co_await orders::wait_drained(with.jetstream, {.last_sequence = last});
  co_await at.until_sent(with);
  const std::string orderly = co_await blocking([&at] { return at.service.terminate(); });
  CHECK(orderly == "exit code 0");
  co_await at.check_handled_once(with, order_count);
}

}  // namespace

TEST_SUITE("faults.drain") {
  TEST_CASE("a service that is asked to end under load finishes what runs and loses nothing") {
    fault_case at;
    play(at, drain_under_load);
  }

  TEST_CASE("a second signal ends a drain at once, and what was unfinished is handled later") {
    fault_case at;
    play(at, cut_a_drain_short);
  }
}

}  // namespace weir::test
