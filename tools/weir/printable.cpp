// SPDX-License-Identifier: Apache-2.0
#include "printable.hpp"

#include <algorithm>

namespace weir::tools {
namespace {

constexpr std::string_view ellipsis = "...";

bool is_continuation(char c) noexcept { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80; }

/// A character at the front of a text; `bytes` is 0 where there is no UTF-8.
struct character {
  char32_t code = 0;
  std::size_t bytes = 0;
};

/// The smallest code point of each length: what is encoded with more bytes than it needs is none.
constexpr char32_t smallest_of_length[] = {0, 0, 0x80, 0x800, 0x10000};
constexpr char32_t largest = 0x10FFFF;

std::size_t length_of(unsigned char first) noexcept {
  if (first < 0x80) return 1;
  if ((first & 0xE0U) == 0xC0) return 2;
  if ((first & 0xF0U) == 0xE0) return 3;
  return (first & 0xF8U) == 0xF0 ? 4 : 0;
}

character first_of(std::string_view text) noexcept {
  const auto first = static_cast<unsigned char>(text.front());
  const std::size_t length = length_of(first);
  if (length == 0 || length > text.size()) return {};
  if (length == 1) return {first, 1};
  char32_t code = first & (0xFFU >> (length + 1));
  for (std::size_t at = 1; at < length; ++at) {
    if (!is_continuation(text[at])) return {};
    code = (code << 6U) | (static_cast<unsigned char>(text[at]) & 0x3FU);
  }
  const bool is_surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (code < smallest_of_length[length] || code > largest || is_surrogate) return {};
  return {code, length};
}

/// Of ASCII, of the C1 set (some terminals obey it), and what turns the direction of a line.
bool is_control(char32_t code) noexcept {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x2028 || code == 0x2029 ||
         (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

bool is_layout(char32_t code) noexcept { return code == '\n' || code == '\t' || code == '\r'; }

std::string without_controls(std::string_view text, bool keeps_lines) {
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty()) {
    const character next = first_of(text);
    const bool is_kept =
        next.bytes > 0 &&
        (!is_control(next.code) || (keeps_lines && next.code != '\r' && is_layout(next.code)));
    const std::size_t bytes = std::max<std::size_t>(next.bytes, 1);
    if (is_kept) {
      clean.append(text.substr(0, bytes));
    } else {
      clean.push_back('?');
    }
    text.remove_prefix(bytes);
  }
  return clean;
}

}  // namespace

std::string printable(std::string_view text) { return without_controls(text, false); }

std::string printable_lines(std::string_view text) { return without_controls(text, true); }

bool is_text(std::string_view bytes) {
  while (!bytes.empty()) {
    const character next = first_of(bytes);
    if (next.bytes == 0 || (is_control(next.code) && !is_layout(next.code))) return false;
    bytes.remove_prefix(next.bytes);
  }
  return true;
}

std::size_t columns_of(std::string_view text) noexcept {
  return text.size() - static_cast<std::size_t>(std::ranges::count_if(text, is_continuation));
}

std::string cut_to(std::string_view text, std::size_t columns) {
  if (columns_of(text) <= columns) return std::string(text);
  const std::size_t kept = columns - std::min(columns, ellipsis.size());
  std::size_t end = 0;
  for (std::size_t characters = 0; end < text.size(); ++end) {
    if (!is_continuation(text[end]) && ++characters > kept) break;
  }
  return std::string(text.substr(0, end)).append(ellipsis.substr(0, columns - kept));
}

}  // namespace weir::tools
