// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace weir::nats {

/// What a pull source tells about itself while it goes on: what to log, or to count.
struct pull_event {
  enum class kind : unsigned char {
    trouble,            ///< A pull was refused, lost or answered by nobody; made again later.
    heartbeats_missed,  ///< The server was silent; the pulls are made again.
    max_ack_pending,    ///< Messages wait, but too many are delivered and not acknowledged.
    exceeds_max_bytes,  ///< A message is larger than all of max_bytes; it comes by itself.
    limited,  ///< The consumer lets one pull ask for less than the options say; so it does.
    deliveries_expired,  ///< Messages waited in here past their ack_wait, and were dropped.
  };
  kind what;
  std::string text;  ///< a sentence, with stream and consumer
};

/// What a pull source has done since it was opened.
struct pull_counters {
  std::uint64_t pulls = 0;
  std::uint64_t messages = 0;           ///< that came, the dropped ones included
  std::uint64_t expired = 0;            ///< dropped, since the server delivers them again
  std::uint64_t beyond_slots = 0;       ///< given back, as deliveries of a pull that was given up
  std::uint64_t troubles = 0;           ///< pulls that were refused, lost or answered by nobody
  std::uint64_t heartbeats_missed = 0;  ///< times that the server was silent
  std::uint64_t stalls = 0;             ///< times that max_ack_pending was found to be reached
};

}  // namespace weir::nats
