// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/observe/counter.hpp>

/// Counted by the handler, so an order that is tried twice counts twice.
inline const weir::counter orders_processed("order_processed_total",
                                            "Orders that were processed, repeated tries included.");
