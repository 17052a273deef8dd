// SPDX-License-Identifier: Apache-2.0
// error: weir: a scheduled handler is a function weir::task<> name(weir::tx& db)
#include "weir/service/service.hpp"

struct OrderCreated {
  std::int64_t id;
};
using orders = weir::event_stream<"ORDERS", "orders.>">;
template <>
struct weir::bind<OrderCreated> : weir::bound_to<"orders.created", orders, 1> {};

weir::task<> handle(OrderCreated);

void misuse(weir::service& with) { with.scheduled<handle>(weir::schedule("x")); }
