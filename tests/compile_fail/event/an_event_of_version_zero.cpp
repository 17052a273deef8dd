// SPDX-License-Identifier: Apache-2.0
// error: weir: versions of events count from 1
#include "weir/event/bind.hpp"

using orders = weir::event_stream<"ORDERS", "orders.>">;
struct order_created {};
template <>
struct weir::bind<order_created> : weir::bound_to<"orders.created", orders, 0> {};
