// SPDX-License-Identifier: Apache-2.0
#include "message_ids.hpp"

#include <fmt/format.h>

namespace weir::detail {
std::string message_id_of(std::optional<std::string_view> given, const stream_place& at) {
  if (given && !given->empty() && given->size() <= message_id_bytes_max) return std::string(*given);
  return fmt::format("{}:{:x}", at.sequence, at.stored_at.time_since_epoch().count());
}

std::string identity_of(std::string_view consumer, std::string_view stream,
                        const stream_place& at) {
  return fmt::format("{}:{}:{}:{:x}", consumer, stream, at.sequence,
                     at.stored_at.time_since_epoch().count());
}

}  // namespace weir::detail
