// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <weir/sdk.hpp>

#include "orders.hpp"

/// A row of the table `orders`.
struct order_row {
  weir::uuid order_id, user_id;
  std::int64_t amount_cents;
  weir::timestamp created_at;
  std::string status;
};

inline constexpr auto orders_by_id =
    weir::postgres::table<order_row, "orders">.on_conflict<"order_id">().do_update<"status">();

inline order_row processed(const OrderCreated& order) {
  return {order.order_id, order.user_id, order.amount_cents, order.created_at, "processed"};
}
