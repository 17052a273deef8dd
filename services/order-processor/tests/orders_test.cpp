// SPDX-License-Identifier: Apache-2.0
// What is expected of the order-processor, in each of its forms.
#include <doctest/doctest.h>

#include <weir/observe/metrics.hpp>
#include <weir/test/service.hpp>

#include "../orders.hpp"
#include "../service.hpp"

TEST_SUITE_BEGIN("order-processor");

using namespace std::chrono_literals;

namespace {

OrderCreated order_of(std::int64_t cents) {
  return {weir::uuid::random(), weir::uuid::random(), cents, weir::timestamp()};
}

/// The text of a metric without labels.
std::string exported(const std::string& name) {
  const std::string text = weir::write_metrics(weir::metrics_format::prometheus, name);
  const std::size_t value = text.rfind('\n' + name + ' ');
  return value == std::string::npos ? "none" : text.substr(value + name.size() + 2);
}

// What makes PostgreSQL refuse every order, and take them again.
constexpr auto refuse_orders =
    weir::stmt<"alter table orders add constraint closed check (status = 'never') not valid">;
constexpr auto take_orders = weir::stmt<"alter table orders drop constraint closed">;

}  // namespace

TEST_CASE("an order that comes twice is stored once") {
  weir::test::service shop(make_service());
  const OrderCreated order = order_of(1250);

  shop.deliver(order, {.msg_id = "order-7"});
  shop.run_until_idle();
  shop.advance(5min);  // The stream has forgotten the id; the service has not.
  shop.deliver(order, {.msg_id = "order-7"});
  shop.run_until_idle();

  CHECK(shop.rows("orders") == 1);
  REQUIRE(shop.published<OrderProcessed>().size() == 1);
  CHECK(shop.published<OrderProcessed>()[0].amount_cents == 1250);
  CHECK(shop.dead_letters().empty());
}

TEST_CASE("an order whose acknowledgement is lost is stored once") {
  weir::test::service shop(make_service());
  shop.nats().lose_acks(1);
  shop.deliver(order_of(1250));
  shop.advance(11s);
  CHECK(shop.rows("orders") == 1);
  CHECK(shop.published<OrderProcessed>().size() == 1);
  CHECK(shop.unsettled() == 0);
}

TEST_CASE("an order that the database refuses for good is a dead letter, and no other is") {
  weir::test::service shop(make_service());
  shop.exec(refuse_orders);
  shop.deliver(order_of(1250));
  shop.advance(1h);
  REQUIRE(shop.dead_letters().size() == 1);
  CHECK(shop.dead_letters()[0].cause.find("closed") != std::string::npos);
  CHECK(shop.dead_letters()[0].code == "postgresql:23514");
  CHECK(shop.published<OrderProcessed>().empty());

  shop.exec(take_orders);
  shop.deliver(order_of(900));
  shop.run_until_idle();
  CHECK(shop.rows("orders") == 1);
  CHECK(shop.dead_letters().size() == 1);
}

TEST_CASE("what is no order is a dead letter, and keeps no other from being handled") {
  weir::test::service shop(make_service());
  shop.deliver_raw("orders.created", R"({"order_id": "none"})");
  shop.deliver(order_of(1250));
  shop.run_until_idle();
  REQUIRE(shop.dead_letters().size() == 1);
  CHECK(shop.dead_letters()[0].disposition == "poison");
  CHECK(shop.rows("orders") == 1);
}

TEST_CASE("processed orders are counted for /metrics") {
  weir::test::service shop(make_service());
  const int before = std::stoi(exported("order_processed_total"));
  for (int count = 0; count < 3; ++count) shop.deliver(order_of(1250));
  shop.deliver_raw("orders.created", "no order");
  shop.run_until_idle();
  CHECK(std::stoi(exported("order_processed_total")) == before + 3);
}

TEST_SUITE_END();
