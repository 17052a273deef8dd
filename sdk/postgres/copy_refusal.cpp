// SPDX-License-Identifier: Apache-2.0
#include "copy_refusal.hpp"

#include <optional>

#include "weir/assert.hpp"
#include "weir/postgres/detail/codec.hpp"

namespace weir::postgres::detail {
namespace {

constexpr char error_type = 'E';
constexpr std::size_t length_bytes = sizeof(std::uint32_t);

/// Takes a field of the message: a letter, and a text without zeros up to a zero.
std::optional<std::string_view> take_field(std::string_view& rest, char letter) {
  const std::size_t end = rest.find('\0');
  if (rest.empty() || rest.front() != letter || end == rest.npos) return std::nullopt;
  const std::string_view text = rest.substr(1, end - 1);
  rest.remove_prefix(end + 1);
  return text;
}

bool is_severity(const std::optional<std::string_view>& text) {
  return text && (*text == "ERROR" || *text == "FATAL" || *text == "PANIC");
}

/// All that is in an error's message, from its length on.
bool is_error_body(std::string_view rest) {
  constexpr std::size_t sqlstate_size = 5;
  if (!take_field(rest, 'S')) return false;  // In the language of the server.
  if (!is_severity(take_field(rest, 'V'))) return false;
  const auto sqlstate = take_field(rest, 'C');
  if (!sqlstate || sqlstate->size() != sqlstate_size) return false;
  while (rest.size() > 1) {
    if (rest.front() == '\0' || !take_field(rest, rest.front())) return false;
  }
  return rest == std::string_view("\0", 1);
}

}  // namespace

// Nothing is known of where the first message begins, for libpq has taken bytes before, up to
// anywhere. What is looked for cannot stand in the middle of others: the length of an error that is
// here as a whole begins with two zeros. Behind an E of a text, two zeros end that text and its
// message; then the next message's letter would be part of the length, which would be 16 KiB and
// more. Behind an E in a number, no fields as these follow.
bool tells_error(std::string_view heard) {
  WEIR_ASSERT(heard.size() <= heard_bytes_max);
  for (std::size_t at = heard.find(error_type); at != heard.npos;
       at = heard.find(error_type, at + 1)) {
    const std::string_view rest = heard.substr(at + 1);
    if (rest.size() < length_bytes) return false;
    const auto length = get_big_endian<std::uint32_t>(rest.substr(0, length_bytes), "");
    if (length < length_bytes || length > rest.size()) continue;
    if (is_error_body(rest.substr(length_bytes, length - length_bytes))) return true;
  }
  return false;
}

}  // namespace weir::postgres::detail
