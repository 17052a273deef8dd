// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cmath>
#include <cstddef>

#include "weir/config/detail/settings_reader.hpp"
#include "weir/config/masked_url.hpp"

namespace weir::detail {
namespace {

constexpr std::string_view unreadable = "\xEF\xBF\xBD";  // U+FFFD

/// How many bytes the UTF-8 character at the front has; 0 where there is none.
std::size_t character_length(std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  std::size_t length = 1;
  if (first >= 0x80) length = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if (length == 0 || first > 0xF4 || length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  // Too long a form, the halves of a pair, and what is beyond Unicode.
  if (first == 0xE0 && byte(1) < 0xA0) return 0;
  if (first == 0xED && byte(1) > 0x9F) return 0;
  if (first == 0xF0 && byte(1) < 0x90) return 0;
  if (first == 0xF4 && byte(1) > 0x8F) return 0;
  return length;
}

std::string escaped(char c) {
  switch (c) {
    case '"':
      return "\\\"";
    case '\\':
      return "\\\\";
    case '\n':
      return "\\n";
    case '\t':
      return "\\t";
    case '\r':
      return "\\r";
    default:
      return fmt::format("\\u{:04X}", static_cast<unsigned char>(c));
  }
}

}  // namespace

std::string toml_text(std::string_view text) {
  const std::string shown = masked_url(std::string(text));
  std::string out = "\"";
  for (std::string_view rest = shown; !rest.empty();) {
    const std::size_t length = character_length(rest);
    const char c = rest.front();
    if (length == 0) {
      out += unreadable;
    } else if (length == 1 && (c < ' ' || c == '"' || c == '\\' || c == '\x7F')) {
      out += escaped(c);
    } else {
      out += rest.substr(0, length);
    }
    rest.remove_prefix(length == 0 ? 1 : length);
  }
  return out + '"';
}

std::string toml_text(double number) {
  if (std::isnan(number)) return "nan";
  if (std::isinf(number)) return number < 0 ? "-inf" : "inf";
  std::string text = fmt::format("{}", number);
  if (text.find_first_of(".e") == text.npos) text += ".0";
  return text;
}

}  // namespace weir::detail
