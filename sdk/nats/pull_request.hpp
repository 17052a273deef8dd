// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "connection_core.hpp"
#include "weir/clock.hpp"
#include "weir/event/json.hpp"
#include "weir/nats/fetch_options.hpp"

namespace weir::nats::detail {

/// The body of a request for messages; spans in nanoseconds, the names are the server's.
struct pull_request {
  std::uint64_t batch = 1;
  std::optional<std::int64_t> expires = {};
  std::optional<bool> no_wait = {};
  std::optional<std::uint64_t> max_bytes = {};
  std::optional<std::int64_t> idle_heartbeat = {};
  std::optional<std::string> group = {};
  std::optional<std::uint64_t> min_pending = {};
  std::optional<std::uint64_t> min_ack_pending = {};
  std::optional<int> priority = {};
  std::optional<std::string> id = {};

  /// The part of a priority group; `pin` is the id that the server gave to this client.
  void set(const priority_options& asked, const std::string& pin) {
    if (asked.group.empty()) return;
    group = asked.group;
    if (asked.min_pending > 0) min_pending = asked.min_pending;
    if (asked.min_ack_pending > 0) min_ack_pending = asked.min_ack_pending;
    if (asked.priority > 0) priority = asked.priority;
    if (!pin.empty()) id = pin;
  }
};

/// Where a consumer is asked for messages.
inline std::string pull_subject(const connection_core& core, const std::string& stream,
                                const std::string& consumer) {
  return core.api_subject("CONSUMER.MSG.NEXT." + stream + "." + consumer);
}

/// The name under which a message says which client of a priority group is pinned.
inline constexpr const char* pin_id_header = "Nats-Pin-Id";

}  // namespace weir::nats::detail
