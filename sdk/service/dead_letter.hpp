// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/error.hpp"
#include "weir/nats/jetstream.hpp"
#include "weir/observe/trace_context.hpp"
#include "weir/service/meta.hpp"

namespace weir::detail {

/// A message that is given up. The views hold until its letter is stored.
struct dead_message {
  meta about;
  std::string identity;  ///< See identity_of().
  std::string_view body;
  std::vector<std::pair<std::string, std::string>> headers;
  timestamp failed_at;
  trace_context trace = {};  ///< Of its last try; of none: the one that it came with.
};

/// The Nats-Msg-Id of a message's letter: the same whoever gives it up, however often.
std::string letter_id(const std::string& identity);

/// The text without what could end a header, and not longer than a header should be.
std::string header_text(std::string_view text);

/// Stores the letter of a message under `subject` and suspends until its stream has confirmed it;
/// that refuses a second one within its duplicate window. Throws what the stream says.
task<> store_dead_letter(nats::jetstream& on, std::string subject, dead_message dead, error why);

}  // namespace weir::detail
