// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "weir/timestamp.hpp"

namespace weir {

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
  std::uint64_t attempt;          ///< Which try to handle it this is, from 1.
  timestamp published_at;         ///< When the server stored it.
};

}  // namespace weir
