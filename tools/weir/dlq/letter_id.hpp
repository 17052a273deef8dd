// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace weir::dlq {

/// The largest sequence that a server gives.
inline constexpr std::uint64_t sequence_max = std::numeric_limits<std::int64_t>::max();

/// How an operator names a letter: "17", or "DLQ_ORDERS:17" as the commands print it.
struct letter_id {
  std::string stream = {};  ///< empty: the one of --stream, or the only one with dead letters
  std::uint64_t sequence = 0;
};

/// Nothing for what is neither form, or has a sequence that no message can have.
std::optional<letter_id> parse_letter_id(std::string_view text);

/// The id with the stream of --stream, which may be empty, where it names none itself. Throws a
/// permanent `invalid_argument` where the two differ.
letter_id with_stream(letter_id id, const std::string& stream);

}  // namespace weir::dlq
