// SPDX-License-Identifier: Apache-2.0
// The judge of the other cases, and of quickstart: it must see what is lost, doubled or strange.
#include <doctest/doctest.h>

#include "fault_case.hpp"
#include "orders/order_series.hpp"
#include "weir/event/json.hpp"
#include "weir/postgres/statement.hpp"

namespace weir::test {
namespace {

constexpr std::uint64_t order_count = 10;
constexpr auto forget_order = stmt<"DELETE FROM orders WHERE order_id = $1">;

task<> publish_processed(nats::jetstream& jetstream, const uuid& order_id) {
  const nats::subject to(bind<OrderProcessed>::subject);
  co_await jetstream.publish(to, json::encode(OrderProcessed{order_id, 1}));
}

task<> judge(fault_case& at, orders::order_clients with) {
  const auto last = co_await orders::publish_orders(with.jetstream, {.count = order_count});
  at.service.start();
  co_await orders::wait_drained(with.jetstream, {.last_sequence = last});
  co_await blocking([&at] { at.service.terminate(); });
  co_await at.check_handled_once(with, order_count);

  co_await publish_processed(with.jetstream, orders::order_number(3).order_id);
  auto outcome = co_await orders::check_orders(with.jetstream, with.database, order_count);
  CHECK(outcome.duplicates == 1);
  CHECK(outcome.lost == 0);

  co_await with.database.exec(forget_order, orders::order_number(5).order_id);
  outcome = co_await orders::check_orders(with.jetstream, with.database, order_count);
  CHECK(outcome.rows == order_count - 1);
  CHECK(outcome.lost == 1);

  co_await publish_processed(with.jetstream, uuid::random());
  outcome = co_await orders::check_orders(with.jetstream, with.database, order_count);
  CHECK(outcome.strangers == 1);
  CHECK(outcome.processed_events == order_count + 2);
}

}  // namespace

TEST_SUITE("faults.check_orders") {
  TEST_CASE("the check of the orders sees one that is lost, doubled, or nobody's") {
    fault_case at;
    play(at, judge);
  }
}

}  // namespace weir::test
