// SPDX-License-Identifier: Apache-2.0
// error: weir: the responder's request has no binding
#include "weir/service/service.hpp"

struct QuoteRequested {
  std::int64_t id;
};
struct Quote {
  std::int64_t amount;
};
template <>
struct weir::bind<QuoteRequested> : weir::request_to<"quotes.get", Quote> {};

struct PriceRequested {};
weir::task<Quote> quote(PriceRequested);

void misuse(weir::service& with) { with.on<quote>(weir::endpoint("quote")); }
