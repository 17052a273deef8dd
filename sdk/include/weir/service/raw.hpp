// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace weir {

/// The bytes of an event in place of the event, for handlers that store or pass on what came.
///
///     weir::task<> audit(weir::raw<OrderCreated> order, weir::tx& db) {
///       co_await db.exec(keep_body, std::string(order.body));
///     }
///
/// The messages are those that the event's binding names. Nothing is decoded, so that no body is
/// refused, and there is no field for durable::ordered_by().
template <class Event>
struct raw {
  std::string_view body;  ///< Holds while the handler runs.
};

}  // namespace weir
