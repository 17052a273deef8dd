// SPDX-License-Identifier: Apache-2.0
// error: weir: what is published has no binding to a stream
#include "weir/service/service.hpp"

struct QuoteRequested {
  std::int64_t id;
};
struct Quote {
  std::int64_t amount;
};
template <>
struct weir::bind<QuoteRequested> : weir::request_to<"quotes.get", Quote> {};

weir::task<> handle(weir::unit& db) {
  db.publish(QuoteRequested{1});
  co_return;
}
