// SPDX-License-Identifier: Apache-2.0
// error: weir: an event's subject has a wildcard (* or >)
#include "weir/event/bind.hpp"

using orders = weir::event_stream<"ORDERS", "orders.>">;
struct order_created {};
template <>
struct weir::bind<order_created> : weir::bound_to<"orders.>", orders, 1> {};
