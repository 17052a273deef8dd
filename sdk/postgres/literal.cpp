// SPDX-License-Identifier: Apache-2.0
#include "weir/postgres/detail/literal.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "weir/postgres/range.hpp"

namespace weir::postgres::detail {
namespace {

/// The shortest digits that give the same number again.
template <class Float>
std::string shortest(Float value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
  char digits[64];
  const std::to_chars_result end = std::to_chars(digits, digits + sizeof digits, value);
  if (end.ec != std::errc()) std::abort();
  return std::string(digits, end.ptr);
}

std::string with_sign(std::int64_t value) { return (value < 0 ? "" : "+") + std::to_string(value); }

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '+' || c == '.' || c == ':';
}

bool is_null_word(std::string_view text) {
  constexpr std::string_view word = "null";
  return std::equal(text.begin(), text.end(), word.begin(), word.end(),
                    [](char given, char lower) { return (given | 0x20) == lower; });
}

}  // namespace

std::string literal_of(bool value) { return value ? "t" : "f"; }
std::string literal_of(std::int64_t value) { return std::to_string(value); }
std::string literal_of(float value) { return shortest(value); }
std::string literal_of(double value) { return shortest(value); }
std::string literal_of(timestamp value) { return bound_text(value); }

std::string literal_of(const std::vector<std::byte>& value) {
  require_parameter_bytes(value.size() * 2);
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text = "\\x";
  text.reserve(text.size() + value.size() * 2);
  for (const std::byte byte : value) {
    text += digits[std::to_integer<std::size_t>(byte >> 4)];
    text += digits[std::to_integer<std::size_t>(byte & std::byte{15})];
  }
  return text;
}

std::string literal_of(const interval& value) {
  // Of hours, the server does not read all that it prints; and with `intervalstyle` sql_standard a
  // first minus would be for all fields, had the others no signs.
  return with_sign(value.months) + " mons " + with_sign(value.days) + " days " +
         with_sign(value.time.count()) + " us";
}

std::string literal_of(const jsonb& value) {
  std::string text;
  text_codec::encode(text, value.text);
  return text;
}

void put_quoted(std::string& out, std::string_view part) {
  const bool is_bare = !part.empty() && std::all_of(part.begin(), part.end(), is_plain);
  if (is_bare && !is_null_word(part)) {
    out += part;
    return;
  }
  out += '"';
  for (const char c : part) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

}  // namespace weir::postgres::detail
