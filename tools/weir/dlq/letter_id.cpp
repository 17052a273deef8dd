// SPDX-License-Identifier: Apache-2.0
#include "letter_id.hpp"

#include <charconv>

#include "weir/error.hpp"

namespace weir::dlq {

std::optional<letter_id> parse_letter_id(std::string_view text) {
  letter_id read;
  if (const std::size_t colon = text.rfind(':'); colon != text.npos) {
    if (colon == 0) return std::nullopt;
    read.stream = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  const char* const end = text.data() + text.size();
  const auto number = std::from_chars(text.data(), end, read.sequence);
  const bool is_whole = number.ec == std::errc() && number.ptr == end;
  if (!is_whole || read.sequence == 0 || read.sequence > sequence_max) return std::nullopt;
  return read;
}

letter_id with_stream(letter_id id, const std::string& stream) {
  if (id.stream.empty()) {
    id.stream = stream;
  } else if (!stream.empty() && stream != id.stream) {
    throw error(errc::invalid_argument, disposition::permanent,
                "the letter " + id.stream + ":" + std::to_string(id.sequence) +
                    " is of another stream than --stream " + stream + ": leave one of them out");
  }
  return id;
}

}  // namespace weir::dlq
