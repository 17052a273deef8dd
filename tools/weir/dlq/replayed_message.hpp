// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "letter.hpp"
#include "weir/nats/headers.hpp"

namespace weir::dlq {

/// What is published of a letter in place of the message that died.
struct replayed_message {
  /// The same each time that this letter is replayed, so its stream refuses a second one, and new
  /// to the inboxes of services, which know the first one's.
  std::string id;
  nats::headers headers;
};

/// `headers` are those of the letter, or of its message: all that are weir's or the server's own
/// are left out but the ids of the event's correlation and causation, all others kept, and
/// "Weir-Replay-Of" added.
replayed_message make_replayed(const letter& of, const header_list& headers);

}  // namespace weir::dlq
