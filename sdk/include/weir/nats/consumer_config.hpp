// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "weir/clock.hpp"

namespace weir::nats {

/// Where a new consumer begins.
enum class deliver_policy : unsigned char { all, last, new_messages };

/// What a durable pull consumer with explicit acknowledgements should be. Fields left empty keep
/// what an existing consumer has, and get the server's default in a new one.
struct consumer_config {
  std::string durable;  ///< its name
  std::optional<std::string> filter_subject;
  std::optional<deliver_policy> deliver;  ///< cannot be changed later
  /// A message that is not acknowledged for so long is delivered again.
  std::optional<duration> ack_wait;
  /// How often a message is delivered at most; -1: no limit.
  std::optional<std::int64_t> max_deliver;
  /// How many messages are delivered and not yet acknowledged at most, over all clients.
  std::optional<std::int64_t> max_ack_pending;
};

/// Where a consumer stands now.
struct consumer_info {
  std::string stream;
  std::string name;
  duration ack_wait{};
  std::int64_t max_deliver = -1;
  std::int64_t max_ack_pending = -1;
  std::uint64_t delivered_stream_sequence = 0;  ///< of the last delivered message
  std::uint64_t ack_floor_stream_sequence = 0;  ///< all up to here are acknowledged
  std::uint64_t pending = 0;                    ///< messages not delivered yet
  std::uint64_t ack_pending = 0;                ///< delivered, not acknowledged
  std::uint64_t redelivered = 0;                ///< of those, delivered more than once
  std::uint64_t waiting_pulls = 0;
};

}  // namespace weir::nats
