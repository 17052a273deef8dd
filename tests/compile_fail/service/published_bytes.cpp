// SPDX-License-Identifier: Apache-2.0
// error: weir: what is published has no binding to a stream
#include "weir/service/service.hpp"

struct OrderCreated {
  std::int64_t id;
};
using orders = weir::event_stream<"ORDERS", "orders.>">;
template <>
struct weir::bind<OrderCreated> : weir::bound_to<"orders.created", orders, 1> {};

weir::task<> handle(weir::raw<OrderCreated> order, weir::publications& events) {
  events.publish(order);
  co_return;
}
