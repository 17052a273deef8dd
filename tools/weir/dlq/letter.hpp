// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/timestamp.hpp"

namespace weir::dlq {

using header_list = std::vector<std::pair<std::string, std::string>>;

/// Where a dead letter stands: its stream, and when it came into it.
struct letter_place {
  std::string stream;
  std::uint64_t sequence = 0;
  timestamp stored_at;
};

/// What the headers of a dead letter tell; the body is not part of it.
struct letter {
  letter_place at;
  std::string cause;
  std::string error_code;
  std::string disposition;
  std::uint64_t attempts = 0;
  std::string subject;  ///< of the message that died
  std::string from_stream;
  std::uint64_t from_sequence = 0;
  std::string consumer;
  std::string message_id;                 ///< of the message; see weir::meta
  std::string trace;                      ///< its traceparent; empty for none
  std::optional<timestamp> published_at;  ///< when its stream stored it: before its first attempt
  std::optional<timestamp> failed_at;     ///< after its last one; older letters do not say it
  /// How large the body was that was too large for a letter, which has the beginning of it.
  std::optional<std::uint64_t> whole_body_bytes;
  /// The letter's own Nats-Msg-Id.
  std::string id;

  bool is_cut() const noexcept { return whole_body_bytes.has_value(); }
};

/// The last value under a name. A dead letter has the headers of its message first, and those may
/// bear the same names: a message that was published by hand from another letter has.
std::optional<std::string_view> last_header(const header_list& headers, std::string_view name);

/// Reads a letter; nothing for a message that is no dead letter of a service.
std::optional<letter> read_letter(letter_place at, const header_list& headers);

/// "ORDERS:17": the message that died, for people.
std::string origin_of(const letter& of);
/// "DLQ_ORDERS:3": the letter, for people.
std::string place_of(const letter& of);

}  // namespace weir::dlq
