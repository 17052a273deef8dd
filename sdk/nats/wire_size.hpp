// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/nats/message.hpp"

namespace weir::nats::detail {

/// The bytes of a delivered message as the server counts them against a pull's max_bytes: its
/// subject, the address of its acknowledgement, the block of its headers, its payload.
inline std::size_t wire_size(const message& of) {
  constexpr std::size_t status_line = 10;  // "NATS/1.0" and its line end
  constexpr std::size_t around_entry = 4;  // ": " and the line end
  constexpr std::size_t empty_line = 2;
  std::size_t size = of.subject().size() + of.reply().size() + of.payload().size();
  const auto headers = of.headers();
  if (headers.empty()) return size;
  size += status_line + empty_line;
  for (const auto& entry : headers) size += entry.first.size() + entry.second.size() + around_entry;
  return size;
}

}  // namespace weir::nats::detail
