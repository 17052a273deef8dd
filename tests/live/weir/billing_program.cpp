// SPDX-License-Identifier: Apache-2.0
// The service that `weir dlq try` runs: it refuses the thirteenth order.
#include "weir/event/bind.hpp"
#include "weir/service/service.hpp"

struct Order {
  std::int64_t id;
};
struct Bill {
  std::int64_t order;
};

using Orders = weir::event_stream<"ORDERS", "orders.>">;

template <>
struct weir::bind<Order> : weir::bound_to<"orders.created", Orders, 1> {};
template <>
struct weir::bind<Bill> : weir::bound_to<"orders.billed", Orders, 1> {};

namespace {

weir::task<> write_bill(Order order, weir::publications& out) {
  if (order.id == 13) {
    throw weir::error(weir::errc::not_found, weir::disposition::permanent, "no customer 13");
  }
  out.publish(Bill{order.id});
  co_return;
}

}  // namespace

int main(int argc, char** argv) {
  return weir::service("billing")
      .on<write_bill>(weir::durable("billing").dead_letter("dlq.orders"))
      .main(argc, argv);
}
