// SPDX-License-Identifier: Apache-2.0
#include "log_text.hpp"

#include <algorithm>
#include <array>

namespace weir::detail {
namespace {

/// No password in a URL is looked for in more than this.
constexpr std::size_t user_bytes_max = 1024;
constexpr std::string_view mask = "***";
constexpr std::string_view replacement = "\xef\xbf\xbd";  // U+FFFD

/// The bytes that stand for themselves everywhere: most of any text.
constexpr auto is_simple = [] {
  std::array<bool, 256> simple{};
  for (unsigned byte = 0x20; byte < 0x7f; ++byte) simple[byte] = byte != '"' && byte != '\\';
  return simple;
}();

unsigned byte_at(std::string_view text, std::size_t at) noexcept {
  return static_cast<unsigned char>(text[at]);
}

bool is_between(std::string_view text, std::size_t at, unsigned low, unsigned high) noexcept {
  return at < text.size() && byte_at(text, at) >= low && byte_at(text, at) <= high;
}

/// How long the UTF-8 sequence is that begins there, beyond ASCII; 0 where it is none.
std::size_t sequence_length(std::string_view text, std::size_t at) noexcept {
  const unsigned lead = byte_at(text, at);
  if (lead < 0xc2 || lead > 0xf4) return 0;
  const std::size_t length = lead < 0xe0 ? 2 : (lead < 0xf0 ? 3 : 4);
  // No overlong forms, no surrogates, nothing past U+10FFFF.
  const unsigned low = lead == 0xe0 ? 0xa0 : (lead == 0xf0 ? 0x90 : 0x80);
  const unsigned high = lead == 0xed ? 0x9f : (lead == 0xf4 ? 0x8f : 0xbf);
  if (!is_between(text, at + 1, low, high)) return 0;
  for (std::size_t next = 2; next < length; ++next) {
    if (!is_between(text, at + next, 0x80, 0xbf)) return 0;
  }
  return length;
}

void append_code(std::string& to, unsigned code) {
  constexpr std::string_view digits = "0123456789abcdef";
  to += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) to += digits[(code >> unsigned(shift)) & 0xfU];
}

void append_ascii(std::string& to, unsigned byte, log_place where) {
  switch (byte) {
    case '\n':
      to += where == log_place::terminal ? "\n    " : "\\n";
      return;
    case '\r':
      to += "\\r";
      return;
    case '\t':
      to += "\\t";
      return;
    case '"':
    case '\\':
      if (where == log_place::quoted) to += '\\';
      to += static_cast<char>(byte);
      return;
    default:
      append_code(to, byte);
  }
}

/// What is a control character or ends a line for some reader stands as its code.
void append_sequence(std::string& to, std::string_view sequence) {
  if (sequence[0] == '\xc2' && byte_at(sequence, 1) < 0xa0) {
    return append_code(to, byte_at(sequence, 1));
  }
  if (sequence == "\xe2\x80\xa8") return append_code(to, 0x2028);
  if (sequence == "\xe2\x80\xa9") return append_code(to, 0x2029);
  to += sequence;
}

void append_escaped(std::string& to, std::string_view text, log_place where) {
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && is_simple[byte_at(text, end)]) ++end;
    to += text.substr(at, end - at);
    if (end == text.size()) return;
    if (byte_at(text, end) < 0x80) {
      append_ascii(to, byte_at(text, end), where);
      at = end + 1;
    } else if (const std::size_t length = sequence_length(text, end); length != 0) {
      append_sequence(to, text.substr(end, length));
      at = end + length;
    } else {
      to += replacement;
      at = end + 1;
    }
  }
}

struct part {
  std::size_t begin;
  std::size_t end;
};

/// The password in the next URL that has one, or the user where that is all there is: a token.
/// Where no '@' ends it, nothing: both at the end of the text.
part next_secret(std::string_view text, std::size_t from, std::size_t until) noexcept {
  constexpr std::string_view scheme_end = "://";
  for (auto at = text.find(scheme_end, from); at < until; at = text.find(scheme_end, at + 1)) {
    const std::size_t begin = at + scheme_end.size();
    std::string_view token = text.substr(begin, user_bytes_max);
    token = token.substr(0, token.find_first_of(" \t\r\n\"'<>"));
    const std::size_t sign = token.rfind('@');
    if (sign == token.npos) continue;
    const std::size_t colon = token.find(':');
    return {colon < sign ? begin + colon + 1 : begin, begin + sign};
  }
  return {text.size(), text.size()};
}

/// Where a cut at or before `at` falls between two characters.
std::size_t cut_before(std::string_view text, std::size_t at) noexcept {
  for (std::size_t back = 0; back < 4 && at > back; ++back) {
    if ((byte_at(text, at - back) & 0xc0U) != 0x80U) return at - back;
  }
  return at;
}

}  // namespace

void append_log_text(std::string& to, std::string_view text, std::size_t bytes_max,
                     log_place where) {
  const bool is_cut = text.size() > bytes_max;
  const std::size_t until = is_cut ? cut_before(text, bytes_max) : text.size();
  for (std::size_t at = 0; at < until;) {
    const part secret = next_secret(text, at, until);
    const std::size_t end = std::min(secret.begin, until);
    append_escaped(to, text.substr(at, end - at), where);
    if (secret.begin < until) to += mask;
    at = secret.end;
  }
  if (is_cut) to += "... (" + std::to_string(text.size()) + " bytes)";
}

}  // namespace weir::detail
