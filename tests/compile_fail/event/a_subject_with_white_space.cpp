// SPDX-License-Identifier: Apache-2.0
// error: weir: an event's subject has white space or a control character
#include "weir/event/bind.hpp"

using orders = weir::event_stream<"ORDERS", "orders.>">;
struct order_created {};
template <>
struct weir::bind<order_created> : weir::bound_to<"orders created", orders, 1> {};
