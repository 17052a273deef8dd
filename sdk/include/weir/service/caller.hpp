// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "weir/service/ask.hpp"

namespace weir {

/// What a handler asks others with, over the connection that its service has: a handler, responder
/// or schedule of any form may take a `caller&`.
///
///     weir::task<> bill(OrderCreated order, weir::tx& db, weir::caller& others) {
///       const Quote price = co_await others.ask(QuoteRequested{order.product, order.pieces});
///       co_await db.exec(insert_bill, order.order_id, price.amount_cents);
///     }
///
/// A call is no part of a commit: it is done each time that the handler runs, also where its work
/// is repeated or rolled back, and in a trial (`--try`). A handler that asks before its first
/// statement keeps no connection of the database waiting. Valid while the handler runs.
class caller {
 public:
  explicit caller(nats::connection& over) noexcept : over_(&over) {}

  /// Asks as weir::ask() does. An error of it that is not caught is one of the handler's: its
  /// disposition decides whether the message is tried again. What is left of the handler's deadline
  /// bounds the wait, too.
  template <class Request>
  auto ask(Request request, nats::request_options options = {}) {
    return weir::ask(*over_, std::move(request), options);
  }

  /// For what is no request: what no stream keeps, a bucket. The service closes it, nobody else.
  nats::connection& connection() noexcept { return *over_; }

 private:
  nats::connection* over_;
};

}  // namespace weir
