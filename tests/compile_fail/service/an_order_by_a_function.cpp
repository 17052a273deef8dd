// SPDX-License-Identifier: Apache-2.0
// error: weir: a key is a field of the event
#include "weir/service/service.hpp"

struct OrderCreated {
  std::int64_t id;
};
using orders = weir::event_stream<"ORDERS", "orders.>">;
template <>
struct weir::bind<OrderCreated> : weir::bound_to<"orders.created", orders, 1> {};

struct Counted {
  int count() const { return 1; }
};
void misuse(weir::durable& policy) { policy.ordered_by<&Counted::count>(); }
