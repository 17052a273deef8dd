// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "weir/timestamp.hpp"

namespace weir {

/// Where a new consumer begins in its stream; made by the functions below.
struct delivery_start {
  enum class kind : unsigned char { all, last, new_messages, sequence, time };
  kind from = kind::all;
  std::uint64_t sequence = 0;
  timestamp time = {};
};

/// With the first message that the stream holds.
inline delivery_start deliver_all() { return {}; }
/// With the last one.
inline delivery_start deliver_last() { return {.from = delivery_start::kind::last}; }
/// With what comes from now on.
inline delivery_start deliver_new() { return {.from = delivery_start::kind::new_messages}; }
/// With the message of this sequence, from 1.
inline delivery_start deliver_from(std::uint64_t sequence) {
  return {.from = delivery_start::kind::sequence, .sequence = sequence};
}
/// With the first one that was stored at this time or later.
inline delivery_start deliver_from(timestamp time) {
  return {.from = delivery_start::kind::time, .time = time};
}

}  // namespace weir
