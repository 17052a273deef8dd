// SPDX-License-Identifier: Apache-2.0
// error: weir: a stream needs at least one subject
#include "weir/event/bind.hpp"

using orders = weir::event_stream<"ORDERS">;
static_assert(orders::name.size() > 0);
