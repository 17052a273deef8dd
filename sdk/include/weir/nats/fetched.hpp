// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "weir/nats/delivery.hpp"

namespace weir::nats {

/// Why a fetch came to its end.
enum class fetch_end : unsigned char {
  complete,          ///< As many messages as asked for.
  timeout,           ///< The time passed.
  no_messages,       ///< There was none, and none was to be waited for.
  max_bytes,         ///< The next message is larger than what was left of the bytes asked for.
  busy,              ///< Too many pulls wait at the consumer already.
  moved,             ///< The consumer's server changed, or forgot the pull.
  pin_lost,          ///< Another client has the priority group's pin.
  refused,           ///< The server refused or ended the pull; the text says why.
  consumer_deleted,  ///< It will never give a message again.
  no_responders,     ///< No such consumer, or it has no leader now.
  disconnected,      ///< The connection was lost; what had come is given.
  silent,            ///< The server said nothing when it should have: heartbeats, or the end.
};

/// What a fetch brought, and why not more.
struct fetched {
  std::vector<delivery> messages;
  fetch_end end = fetch_end::complete;
  std::string reason;  ///< the server's words; empty where it had none
};

}  // namespace weir::nats
