// SPDX-License-Identifier: Apache-2.0
// error: weir: a responder's request is bound to a stream, which would answer in its place
#include "weir/service/service.hpp"

struct OrderCreated {
  std::int64_t id;
};
using orders = weir::event_stream<"ORDERS", "orders.>">;
template <>
struct weir::bind<OrderCreated> : weir::bound_to<"orders.created", orders, 1> {};

struct Receipt {};
weir::task<Receipt> handle(OrderCreated);

void misuse(weir::service& with) { with.on<handle>(weir::endpoint("quote")); }
