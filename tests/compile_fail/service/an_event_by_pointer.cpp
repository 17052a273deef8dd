// SPDX-License-Identifier: Apache-2.0
// error: weir: a handler takes its event by value
#include "weir/service/service.hpp"

struct OrderCreated {
  std::int64_t id;
};
using orders = weir::event_stream<"ORDERS", "orders.>">;
template <>
struct weir::bind<OrderCreated> : weir::bound_to<"orders.created", orders, 1> {};

weir::task<> handle(const OrderCreated*);

void misuse(weir::service& with) { with.on<handle>(weir::durable("orders")); }
