// SPDX-License-Identifier: Apache-2.0
#include <weir/sdk.hpp>

struct OrderCreated {
  weir::uuid order_id;
  std::int64_t amount_cents;
};
using Orders = weir::event_stream<"ORDERS", "orders.>">;
template <>
struct weir::bind<OrderCreated> : weir::bound_to<"orders.created", Orders, 1> {};

constexpr auto keep_receipt = weir::stmt<
    "INSERT INTO receipts (order_id, amount_cents) VALUES ($1, $2) ON CONFLICT DO NOTHING">;

weir::task<> write_receipt(OrderCreated order, weir::tx& db) {
  co_await db.exec(keep_receipt, order.order_id, order.amount_cents);
}

int main(int argc, char** argv) {
  return weir::service("hello")
      .migrations(HELLO_MIGRATIONS)
      .on<write_receipt>(weir::durable("hello").workers(16).dead_letter("dlq.hello"))
      .main(argc, argv);
}
