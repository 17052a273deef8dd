// SPDX-License-Identifier: Apache-2.0
// error: weir: an endpoint's responder is a function weir::task<Reply> name(Request request, ...)
#include "weir/service/service.hpp"

struct QuoteRequested {
  std::int64_t id;
};
struct Quote {
  std::int64_t amount;
};
template <>
struct weir::bind<QuoteRequested> : weir::request_to<"quotes.get", Quote> {};

weir::task<> quote(QuoteRequested);

void misuse(weir::service& with) { with.on<quote>(weir::endpoint("quote")); }
