// SPDX-License-Identifier: Apache-2.0
// Each order in a transaction of its own: what it reads and writes is its alone.
#include "order_metrics.hpp"
#include "order_rows.hpp"
#include "service.hpp"

weir::task<> process(OrderCreated order, weir::tx& db) {
  co_await db.upsert(orders_by_id, processed(order));
  db.publish(OrderProcessed{order.order_id, order.amount_cents});
  orders_processed.add();
}

weir::service make_service() { return service_of<process>(64); }
