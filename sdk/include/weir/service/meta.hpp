// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "weir/nats/message.hpp"
#include "weir/timestamp.hpp"

namespace weir {

/// The header that names what an event is a part of: equal in all that comes of the first message.
inline constexpr std::string_view correlation_header = "Weir-Correlation-Id";
/// The header that names the message whose handling has published an event.
inline constexpr std::string_view causation_header = "Weir-Causation-Id";

/// What is known of the message beside its event; a handler may ask for `const meta&`.
///
/// The views hold while the handler runs.
struct meta {
  std::string_view subject;
  std::string_view stream;
  std::string_view consumer;
  /// What makes it this message wherever it is delivered: its `Nats-Msg-Id`, or its place in the
  /// stream where it has none.
  std::string_view message_id;
  std::uint64_t stream_sequence;  ///< Where the message stands in its stream.
  /// Which try to handle it this is, from 1; may count what programs gave back when they drained.
  std::uint64_t attempt;
  timestamp published_at;  ///< When the server stored it.
  /// What it is a part of: its `Weir-Correlation-Id`, or its own id where it has none.
  std::string_view correlation_id;
  const nats::message* message = nullptr;  ///< As it came; what header() looks into.

  /// The first value under this name, case-sensitive.
  std::optional<std::string_view> header(std::string_view name) const {
    return message == nullptr ? std::nullopt : message->header(name);
  }
};

}  // namespace weir
