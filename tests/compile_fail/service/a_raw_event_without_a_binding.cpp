// SPDX-License-Identifier: Apache-2.0
// error: weir: the handler's event has no binding
#include "weir/service/service.hpp"

struct OrderCreated {
  std::int64_t id;
};
using orders = weir::event_stream<"ORDERS", "orders.>">;
template <>
struct weir::bind<OrderCreated> : weir::bound_to<"orders.created", orders, 1> {};

struct PaymentTaken {};
weir::task<> handle(weir::raw<PaymentTaken>);

void misuse(weir::service& with) { with.on<handle>(weir::durable("orders")); }
