// SPDX-License-Identifier: Apache-2.0
// error: weir: a responder takes its request by value
#include "weir/service/service.hpp"

struct QuoteRequested {
  std::int64_t id;
};
struct Quote {
  std::int64_t amount;
};
template <>
struct weir::bind<QuoteRequested> : weir::request_to<"quotes.get", Quote> {};

weir::task<Quote> quote(const QuoteRequested&);

void misuse(weir::service& with) { with.on<quote>(weir::endpoint("quote")); }
