// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "weir/clock.hpp"
#include "weir/event/json.hpp"

namespace weir::nats::detail {

/// The body of a request for messages; spans in nanoseconds.
struct pull_request {
  std::uint64_t batch = 1;
  std::optional<std::int64_t> expires;
  std::optional<bool> no_wait;
  std::optional<std::int64_t> idle_heartbeat;
};

/// Where a consumer is asked for messages.
inline std::string pull_subject(const std::string& stream, const std::string& consumer) {
  return "$JS.API.CONSUMER.MSG.NEXT." + stream + "." + consumer;
}

}  // namespace weir::nats::detail
