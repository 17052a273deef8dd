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
weir::task<> close_day_and_tell(weir::tx&, weir::caller&, const weir::tick&);
weir::task<> call(OrderCreated, weir::caller&, const weir::meta&);
weir::task<> call_and_store(OrderCreated, weir::tx&, weir::caller&);
weir::task<> call_for_many(std::span<const OrderCreated>, weir::caller&, weir::tx&);
weir::task<Quote> quote_by_others(QuoteRequested, weir::caller&);
weir::task<Quote> quote(QuoteRequested);
weir::task<Quote> quote_from_table(QuoteRequested, weir::tx&);
weir::task<Quote> quote_and_tell(QuoteRequested, weir::publications&);

void use(weir::service& with) {
  const weir::durable policy("orders");
  with.on<look>(policy).on<store>(policy).on<store_together>(policy).on<store_many>(policy);
  with.on<audit>(policy).on<audit_many>(policy);
  with.on<call>(policy).on<call_and_store>(policy).on<call_for_many>(policy);
  with.scheduled<close_day>(weir::schedule("close-day"));
  with.scheduled<close_day_and_tell>(weir::schedule("close-day-and-tell"));
  const weir::endpoint endpoint("quote");
  with.on<quote>(endpoint).on<quote_from_table>(endpoint).on<quote_and_tell>(endpoint);
  with.on<quote_by_others>(endpoint);
  weir::durable("orders").ordered_by<&OrderCreated::id>();
}

weir::task<Quote> ask(weir::nats::connection& link) {
  co_return co_await weir::ask(link, QuoteRequested{1});
}
