// SPDX-License-Identifier: Apache-2.0
// Up to 64 orders share a commit; each is handled, and fails, by itself.
#include "order_metrics.hpp"
#include "order_rows.hpp"
#include "service.hpp"

weir::task<> process(OrderCreated order, weir::unit& db) {
  co_await db.upsert(orders_by_id, processed(order));
  db.publish(OrderProcessed{order.order_id, order.amount_cents});
  orders_processed.add();
}

weir::service make_service() { return service_of<process>(512); }
