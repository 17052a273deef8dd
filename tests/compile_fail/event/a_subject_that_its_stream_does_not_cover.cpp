// SPDX-License-Identifier: Apache-2.0
// error: weir: the event's stream does not cover its subject
#include "weir/event/bind.hpp"

using orders = weir::event_stream<"ORDERS", "orders.>">;
struct order_created {};
template <>
struct weir::bind<order_created> : weir::bound_to<"payments.created", orders, 1> {};
