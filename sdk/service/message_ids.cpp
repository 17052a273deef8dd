// SPDX-License-Identifier: Apache-2.0
#include "message_ids.hpp"

#include <fmt/format.h>

#include "weir/error.hpp"

namespace weir::detail {

std::string message_id_of(std::optional<std::string_view> given, const stream_place& at) {
  if (given && !given->empty() && given->size() <= message_id_bytes_max) return std::string(*given);
  return fmt::format("{}:{:x}", at.sequence, at.stored_at.time_since_epoch().count());
}

std::string event_id(std::string own) {
  if (own.empty() || own.size() > message_id_bytes_max) {
    throw error(errc::invalid_argument, disposition::poison,
                fmt::format("the event's id has {} bytes; it must have from 1 to {}", own.size(),
                            message_id_bytes_max));
  }
  return own;
}

std::string_view correlation_id_of(std::optional<std::string_view> given,
                                   std::string_view message_id) noexcept {
  return given && !given->empty() ? *given : message_id;
}

std::string identity_of(std::string_view consumer, std::string_view stream,
                        const stream_place& at) {
  return fmt::format("{}:{}:{}:{:x}", consumer, stream, at.sequence,
                     at.stored_at.time_since_epoch().count());
}

}  // namespace weir::detail
