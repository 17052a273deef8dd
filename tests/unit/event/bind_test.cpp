// SPDX-License-Identifier: Apache-2.0
#include "weir/event/bind.hpp"

#include <doctest/doctest.h>

#include "shapes.hpp"

namespace {

using orders = weir::event_stream<"ORDERS", "orders.>", "refunds.*">;

}  // namespace

template <>
struct weir::bind<weir::test::order_created> : weir::bound_to<"orders.created", orders, 3> {};

TEST_SUITE("event.bind") {
  TEST_CASE("a bound event tells its subject, its stream and its version") {
    using binding = weir::bind<weir::test::order_created>;
    CHECK(binding::subject == "orders.created");
    CHECK(binding::stream_name == "ORDERS");
    CHECK(binding::version == 3);
    CHECK(binding::stream::subjects[1] == "refunds.*");
  }

  TEST_CASE("only a type with a binding is a bound event") {
    CHECK(weir::bound_event<weir::test::order_created>);
    CHECK_FALSE(weir::bound_event<weir::test::order_line>);
    CHECK_FALSE(weir::bound_event<int>);
  }

  TEST_CASE("a stream covers what any of its subjects covers") {
    CHECK(orders::covers("orders.created.eu"));
    CHECK(orders::covers("refunds.paid"));
    CHECK_FALSE(orders::covers("refunds.paid.eu"));
    CHECK_FALSE(orders::covers("payments"));
  }
}
