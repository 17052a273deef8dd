// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include <weir/event/bind.hpp>
#include <weir/timestamp.hpp>
#include <weir/uuid.hpp>

/// A customer placed an order.
struct OrderCreated {
  weir::uuid order_id, user_id;
  std::int64_t amount_cents;
  weir::timestamp created_at;
};

/// An order stands in the database.
struct OrderProcessed {
  weir::uuid order_id;
  std::int64_t amount_cents;
};

using Orders = weir::event_stream<"ORDERS", "orders.>">;

template <>
struct weir::bind<OrderCreated> : weir::bound_to<"orders.created", Orders, 1> {};
template <>
struct weir::bind<OrderProcessed> : weir::bound_to<"orders.processed", Orders, 1> {};
