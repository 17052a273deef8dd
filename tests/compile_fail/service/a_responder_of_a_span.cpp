// SPDX-License-Identifier: Apache-2.0
// error: weir: a responder answers one request at a time
#include "weir/service/service.hpp"

struct QuoteRequested {
  std::int64_t id;
};
struct Quote {
  std::int64_t amount;
};
template <>
struct weir::bind<QuoteRequested> : weir::request_to<"quotes.get", Quote> {};

weir::task<Quote> quote(std::span<const QuoteRequested>, weir::tx&);

void misuse(weir::service& with) { with.on<quote>(weir::endpoint("quote")); }
