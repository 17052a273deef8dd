// SPDX-License-Identifier: Apache-2.0
// error: weir: a stream's subject is malformed
#include "weir/event/bind.hpp"

using orders = weir::event_stream<"ORDERS", "orders.>.x">;
static_assert(orders::name.size() > 0);
