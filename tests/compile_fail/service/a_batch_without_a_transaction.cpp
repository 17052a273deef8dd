// SPDX-License-Identifier: Apache-2.0
// error: weir: a handler of many events asks for tx&
#include "weir/service/service.hpp"

struct OrderCreated {
  std::int64_t id;
};
using orders = weir::event_stream<"ORDERS", "orders.>">;
template <>
struct weir::bind<OrderCreated> : weir::bound_to<"orders.created", orders, 1> {};

weir::task<> handle(std::span<const OrderCreated>, weir::batch&);

void misuse(weir::service& with) { with.on<handle>(weir::durable("orders")); }
