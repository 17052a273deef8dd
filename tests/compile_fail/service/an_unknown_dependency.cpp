// SPDX-License-Identifier: Apache-2.0
// error: weir: after the event a handler may ask for tx&, unit&, publications&
#include "weir/service/service.hpp"

struct OrderCreated {
  std::int64_t id;
};
using orders = weir::event_stream<"ORDERS", "orders.>">;
template <>
struct weir::bind<OrderCreated> : weir::bound_to<"orders.created", orders, 1> {};

weir::task<> handle(OrderCreated, weir::postgres::pool&);

void misuse(weir::service& with) { with.on<handle>(weir::durable("orders")); }
