// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "order.hpp"

namespace by_hand {

inline constexpr std::string_view processed_subject = "orders.processed";

/// An order that was delivered, and the event that comes of it.
struct delivered_order {
  order what;
  std::string message_id;      ///< of the order
  std::string acknowledge;     ///< where to
  std::uint64_t sequence = 0;  ///< in the stream
  std::string event_id;
  std::string event;
};

/// Reads what JetStream has delivered; throws for what is no order with a message id.
delivered_order read_delivery(std::string_view acknowledge, std::string_view headers,
                              std::string_view json);

/// The columns of a batch as arrays of PostgreSQL's binary format, in memory that is kept.
class order_columns {
 public:
  /// Those of the orders whose message ids are not in `stored`, each id once.
  void fill(const std::vector<delivered_order>& batch,
            const std::unordered_set<std::string_view>& stored);

  std::string message_ids, order_ids, user_ids, amounts, times;
  std::string outbox_ids, event_ids, events;

 private:
  void begin(std::size_t size);
  void append(const delivered_order& one);
};

}  // namespace by_hand
