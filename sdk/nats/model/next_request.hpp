// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "weir/clock.hpp"

namespace weir::nats::detail::model {

/// What a client may ask of a pull consumer; spans in nanoseconds.
struct next_request {
  std::optional<std::int64_t> batch;
  std::optional<std::int64_t> expires;
  std::optional<std::int64_t> max_bytes;
  std::optional<bool> no_wait;
  std::optional<std::int64_t> idle_heartbeat;
};

/// The status line that refuses a request.
struct refusal {
  int code;
  std::string text;
};

/// Reads the body of a request: JSON, a bare number, or nothing, which is a request for one
/// message. Nothing where it is malformed JSON.
std::optional<next_request> read_next_request(std::string_view body);

/// "1m30s": a span as Go writes it.
std::string span_text(duration span);

}  // namespace weir::nats::detail::model
