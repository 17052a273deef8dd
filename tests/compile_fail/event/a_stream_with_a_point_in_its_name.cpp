// SPDX-License-Identifier: Apache-2.0
// error: weir: a stream's name
#include "weir/event/bind.hpp"

using orders = weir::event_stream<"ORDERS.EU", "orders.>">;
static_assert(orders::name.size() > 0);
