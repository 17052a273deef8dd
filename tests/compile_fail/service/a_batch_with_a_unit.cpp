// SPDX-License-Identifier: Apache-2.0
// error: after a span of events for tx&, batch&, and caller&
#include "weir/service/service.hpp"

struct OrderCreated {
  std::int64_t id;
};
using orders = weir::event_stream<"ORDERS", "orders.>">;
template <>
struct weir::bind<OrderCreated> : weir::bound_to<"orders.created", orders, 1> {};

weir::task<> handle(std::span<const OrderCreated>, weir::unit&);

void misuse(weir::service& with) { with.on<handle>(weir::durable("orders")); }
