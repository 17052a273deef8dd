// SPDX-License-Identifier: Apache-2.0
#include <weir/sdk.hpp>

#include "orders.hpp"

using namespace std::chrono_literals;

constexpr auto upsert_order = weir::stmt<
    "INSERT INTO orders (order_id, user_id, amount_cents, created_at, status) "
    "VALUES ($1, $2, $3, $4, 'processed') "
    "ON CONFLICT (order_id) DO UPDATE SET status = EXCLUDED.status, updated_at = now()">;

weir::task<> process(OrderCreated order, weir::unit& db) {
  co_await db.exec(upsert_order, order.order_id, order.user_id, order.amount_cents,
                   order.created_at);
  db.publish(OrderProcessed{order.order_id, order.amount_cents});
}

int main(int argc, char** argv) {
  return weir::service("order-processor")
      .migrations(ORDER_PROCESSOR_MIGRATIONS)
      .on<process>(weir::durable("order-processor")
                       .workers(256)
                       .retry(5, weir::exponential(1s, 5min).full_jitter())
                       .deadline(20s)
                       .ack_wait(10s)
                       .dead_letter("dlq.orders"))
      .main(argc, argv);
}
