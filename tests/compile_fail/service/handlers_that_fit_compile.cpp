// SPDX-License-Identifier: Apache-2.0
// compiles
#include "weir/sdk.hpp"

struct OrderCreated {
  std::int64_t id;
};
struct QuoteRequested {
  std::int64_t id;
};
struct Quote {
  std::int64_t amount;
};
using orders = weir::event_stream<"ORDERS", "orders.>">;
template <>
struct weir::bind<OrderCreated> : weir::bound_to<"orders.created", orders, 1> {};
template <>
struct weir::bind<QuoteRequested> : weir::request_to<"quotes.get", Quote> {};

weir::task<> look(OrderCreated, const weir::meta&, weir::publications& events) {
  events.publish(OrderCreated{1});
  co_return;
}
weir::task<> store(OrderCreated, weir::tx& db) {
  db.publish(OrderCreated{1});
  co_return;
}
weir::task<> store_together(OrderCreated, const weir::meta&, weir::unit&);
weir::task<> store_many(std::span<const OrderCreated>, weir::batch&, weir::tx&);
weir::task<> audit(weir::raw<OrderCreated>, weir::tx&);
weir::task<> audit_many(std::span<const weir::raw<OrderCreated>>, weir::tx&);
weir::task<> close_day(weir::tx&, const weir::tick&);
weir::task<Quote> quote(QuoteRequested);
weir::task<Quote> quote_from_table(QuoteRequested, weir::tx&);
weir::task<Quote> quote_and_tell(QuoteRequested, weir::publications&);

void use(weir::service& with) {
  const weir::durable policy("orders");
  with.on<look>(policy).on<store>(policy).on<store_together>(policy).on<store_many>(policy);
  with.on<audit>(policy).on<audit_many>(policy);
  with.scheduled<close_day>(weir::schedule("close-day"));
  const weir::endpoint endpoint("quote");
  with.on<quote>(endpoint).on<quote_from_table>(endpoint).on<quote_and_tell>(endpoint);
  weir::durable("orders").ordered_by<&OrderCreated::id>();
}

weir::task<Quote> ask(weir::nats::connection& link) {
  co_return co_await weir::ask(link, QuoteRequested{1});
}
