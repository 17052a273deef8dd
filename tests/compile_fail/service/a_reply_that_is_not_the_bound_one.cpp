// SPDX-License-Identifier: Apache-2.0
// error: weir: a responder gives the reply that its request is bound to
#include "weir/service/service.hpp"

struct QuoteRequested {
  std::int64_t id;
};
struct Quote {
  std::int64_t amount;
};
template <>
struct weir::bind<QuoteRequested> : weir::request_to<"quotes.get", Quote> {};

weir::task<std::int64_t> quote(QuoteRequested);

void misuse(weir::service& with) { with.on<quote>(weir::endpoint("quote")); }
