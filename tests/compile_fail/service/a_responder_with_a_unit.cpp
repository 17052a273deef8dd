// SPDX-License-Identifier: Apache-2.0
// error: weir: after the request a responder may ask for tx& or publications&, and for caller&
#include "weir/service/service.hpp"

struct QuoteRequested {
  std::int64_t id;
};
struct Quote {
  std::int64_t amount;
};
template <>
struct weir::bind<QuoteRequested> : weir::request_to<"quotes.get", Quote> {};

weir::task<Quote> quote(QuoteRequested, weir::unit&);

void misuse(weir::service& with) { with.on<quote>(weir::endpoint("quote")); }
