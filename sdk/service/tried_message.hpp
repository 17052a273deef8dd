// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "message_ids.hpp"
#include "weir/nats/jetstream.hpp"
#include "weir/nats/message.hpp"

namespace weir::detail {

/// The name of a stored message: "DLQ_ORDERS:3".
struct message_name {
  std::string stream;
  std::uint64_t sequence = 0;

  /// Throws a permanent `invalid_argument` for a text that is no such name.
  static message_name parse(std::string_view text);
  std::string to_string() const { return stream + ':' + std::to_string(sequence); }
};

/// A message as its handler gets it, taken from its stream or from its dead letter.
struct tried_message {
  message_name name;     ///< Of the letter or the message, as it was asked for.
  std::string consumer;  ///< That gave it up; empty for what is no letter.
  std::string subject;
  std::string stream;
  stream_place at;
  std::string message_id;
  /// As it came with them; a letter has none of the server's own ("Nats-...").
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  /// A view: this must outlive it, and stay where it is.
  nats::message as_message() const noexcept;
};

/// Reads a stored message; of a dead letter, the message that it tells of. Throws `not_found` where
/// it is not there, or where a letter has only the beginning of a message that is gone.
task<tried_message> read_tried(nats::jetstream on, message_name wanted);

}  // namespace weir::detail
