// SPDX-License-Identifier: Apache-2.0
// error: one that gives a reply is registered with weir::endpoint
#include "weir/service/service.hpp"

struct QuoteRequested {
  std::int64_t id;
};
struct Quote {
  std::int64_t amount;
};
template <>
struct weir::bind<QuoteRequested> : weir::request_to<"quotes.get", Quote> {};

weir::task<Quote> quote(QuoteRequested);

void misuse(weir::service& with) { with.on<quote>(weir::durable("orders")); }
