// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "weir/timestamp.hpp"

namespace weir::detail {

/// A longer one is not kept in the inbox: an index of PostgreSQL takes no more than some 2700 bytes
/// a row.
inline constexpr std::size_t message_id_bytes_max = 512;

/// Where a message stands: its stream's number of it, and when that stored it.
struct stream_place {
  std::uint64_t sequence = 0;
  timestamp stored_at = {};
};

/// What an inbox knows a message by (see meta::message_id); `given` is its Nats-Msg-Id.
std::string message_id_of(std::optional<std::string_view> given, const stream_place& at);

/// `own` where an event can be known by that, its id. Throws poison for one that is too long, or
/// empty.
std::string event_id(std::string own);

/// See meta::correlation_id; `given` is the message's header.
std::string_view correlation_id_of(std::optional<std::string_view> given,
                                   std::string_view message_id) noexcept;

/// What makes the ids of all that comes of a message for a consumer: the same each time that it is
/// handled, and another for the message of the same number in a stream that was made anew.
std::string identity_of(std::string_view consumer, std::string_view stream, const stream_place& at);

}  // namespace weir::detail
