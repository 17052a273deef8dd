// SPDX-License-Identifier: Apache-2.0
// error: weir: a key is a number, an enum, a text or a uuid
#include "weir/service/service.hpp"

struct OrderCreated {
  std::int64_t id;
};
using orders = weir::event_stream<"ORDERS", "orders.>">;
template <>
struct weir::bind<OrderCreated> : weir::bound_to<"orders.created", orders, 1> {};

struct Weighed {
  double weight;
};
void misuse(weir::durable& policy) { policy.ordered_by<&Weighed::weight>(); }
