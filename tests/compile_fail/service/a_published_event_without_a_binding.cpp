// SPDX-License-Identifier: Apache-2.0
// error: weir: what is published has no binding to a stream
#include "weir/service/service.hpp"

struct OrderCreated {
  std::int64_t id;
};
using orders = weir::event_stream<"ORDERS", "orders.>">;
template <>
struct weir::bind<OrderCreated> : weir::bound_to<"orders.created", orders, 1> {};

struct PaymentTaken {};
weir::task<> handle(OrderCreated, weir::tx& db) {
  db.publish(PaymentTaken{});
  co_return;
}
